"""Postgres: the embedded server, migrations, bulk load and reads. The only room that knows the database."""

from copydesk.warehouse.connection import Role, connect
from copydesk.warehouse.migrate import migrate, prepare

__all__ = ["Role", "connect", "migrate", "prepare"]
