"""Copydesk on this machine: Airflow on the embedded Postgres, and the demonstration run."""
