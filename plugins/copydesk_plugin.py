"""Registers the Newsdesk with Airflow. Every component of Airflow loads this file, so it imports nothing heavy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


async def newsdesk(scope: Scope, receive: Receive, send: Send) -> None:
    """The Newsdesk's ASGI app, built when it is first asked for: only the API server ever asks."""
    await _newsdesk()(scope, receive, send)


@cache
def _newsdesk() -> ASGIApp:
    from copydesk.newsdesk.app import create_app

    return create_app()


class CopydeskPlugin(AirflowPlugin):
    name = "copydesk"
    fastapi_apps: list[Any] = [{"app": newsdesk, "url_prefix": "/newsdesk", "name": "Newsdesk"}]  # noqa: RUF012 - Airflow's declaration
    # Relative addresses are resolved against Airflow's own base, whatever path a proxy gives it.
    external_views: list[Any] = [  # noqa: RUF012
        {
            "name": "Newsdesk",
            "href": "newsdesk/",
            "url_route": "newsdesk",
            "destination": "nav",
            "nav_top_level": True,
            "icon": "newsdesk/static/newsdesk.svg",
            "icon_dark_mode": "newsdesk/static/newsdesk-dark.svg",
        }
    ]
