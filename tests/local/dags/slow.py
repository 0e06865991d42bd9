from __future__ import annotations

from datetime import datetime

from airflow.sdk import DAG, task


@task(retries=2)
def sleep() -> None:
    """Runs for long, and so does a program that it starts in a session of its own."""
    import subprocess
    import time

    subprocess.Popen(["sleep", "600"], start_new_session=True)
    time.sleep(600)


with DAG("slow", schedule=None, start_date=datetime(2025, 1, 1)):
    sleep()
