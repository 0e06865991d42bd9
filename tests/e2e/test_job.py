"""The job as its user meets it: `make run`, `make up`, the form in Airflow's UI, the Newsdesk, `make down`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from copydesk.local import services
from copydesk.warehouse import server

pytestmark = pytest.mark.airflow
RUN_RECORDS = {"batch", "fetch_record"}
ARTICLE = """\
Hafen von Port Ellis gesperrt

Die Behörden von Port Ellis haben am Freitag zwei von fünf Kais gesperrt, wie die Nachrichtenagentur Reuters meldete.
Rund 340 Boote wurden verlegt. „Wir müssen vor dem Winter fertig sein“, sagte die Hafenmeisterin Eva Öhm.
Diese Geschichte wurde von einer Drittanbieter-Agentur bezogen. Mid-Day übernimmt keine Verantwortung oder Haftung \
für die Zuverlässigkeit, Vertrauenswürdigkeit und Daten des Textes. Mid-Day Management/mid-day.com behält sich das \
Recht vor, den Inhalt ohne Vorankündigung aus beliebigem Grund zu ändern, zu löschen oder zu entfernen.
"""


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """A state folder of its own: another Airflow and another Postgres than the developer's."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-e2e-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AIRFLOW_CONN_COPYDESK", "COPYDESK_DSN", "COPYDESK_PORT", "COPYDESK_SOURCES", "AIRFLOW_HOME"):
            patch.delenv(name, raising=False)
        patch.setenv("COPYDESK_DATA_DIR", str(folder))
        patch.delenv("COPYDESK_DROP_FOLDER", raising=False)
        try:
            yield folder
        finally:
            services.down()
            shutil.rmtree(folder, ignore_errors=True)


def call(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "copydesk.local", command], capture_output=True, text=True)


def ask(statement: str, *values: object) -> list[tuple]:
    connection = psycopg2.connect(server.ensure_running().dsn("copydesk"), options="-c search_path=copydesk")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()
    finally:
        connection.close()


def row_counts() -> dict[str, int]:
    tables = ask(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
        "AND relnamespace = 'copydesk'::regnamespace"
    )
    return {name: ask(f"SELECT count(*) FROM {name}")[0][0] for (name,) in tables if name not in RUN_RECORDS}


def test_run_loads_the_samples_once(state: Path) -> None:
    first = call("run")
    assert first.returncode == 0, first.stdout + first.stderr
    for shown in (
        "articles in the warehouse",
        "Removed as boilerplate",
        "disclaimer",
        "In quarantine",
        "missing_metadata",
    ):
        assert shown in first.stdout
    once = row_counts()
    assert once["item"] >= 12
    assert once["article"] == once["item"] - once["quarantine"]
    assert once["quarantine"] == 1
    assert len(ask("SELECT DISTINCT split_part(language, '-', 1) FROM current_article")) >= 4
    assert ask("SELECT count(*) FROM current_article WHERE copy_of IS NOT NULL")[0][0] >= 2
    assert ask("SELECT count(*) FROM article_removal WHERE kind = 'disclaimer'")[0][0] >= 2

    second = call("run")
    assert second.returncode == 0, second.stdout + second.stderr
    assert row_counts() == once


def test_the_checks_of_quality_hold(state: Path) -> None:
    from copydesk.warehouse.migrate import sql_folder

    for check in sorted((sql_folder() / "checks").glob("*.sql")):
        (row,) = ask(check.read_text())
        assert all(row), check.name


@pytest.fixture(scope="module")
def airflow(state: Path) -> services.Services:
    up = call("up")
    assert up.returncode == 0, up.stdout + up.stderr
    found = services.status()
    assert found is not None
    assert found.url in up.stdout
    assert found.keys.password in up.stdout
    return found


def wait_for_run(dag_id: str, run_id: str, *, seconds: int = 600) -> str:
    deadline = time.monotonic() + seconds
    with services.client() as api:
        while (run := api.get(f"/dags/{dag_id}/dagRuns/{run_id}").json())["state"] not in ("success", "failed"):
            assert time.monotonic() < deadline, run
            time.sleep(1)
    return str(run["state"])


def wait_until_idle(*, seconds: int = 600) -> None:
    """The first runs of all schedules start with `make up`; what a test counts must not be theirs."""
    deadline = time.monotonic() + seconds
    with services.client() as api:
        while (active := api.get("/dags/~/dagRuns", params={"state": ["queued", "running"]}).json())["total_entries"]:
            assert time.monotonic() < deadline, active
            time.sleep(1)


def trigger(dag_id: str, **conf: object) -> str:
    with services.client() as api:
        answer = api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
        answer.raise_for_status()
    return wait_for_run(dag_id, answer.json()["dag_run_id"])


def test_quality_runs_green(airflow: services.Services) -> None:
    assert trigger("quality") == "success"


def test_ingest_starts_refine_by_its_asset(airflow: services.Services) -> None:
    wait_until_idle()
    with services.client() as api:
        before = api.get("/dags/refine/dagRuns").json()["total_entries"]
        # As if the items of one source had never been loaded.
        ask(
            "WITH gone AS (DELETE FROM item i USING source s WHERE s.source_id = i.source_id "
            "AND s.name = 'sample_echo' RETURNING item_id), "
            "p AS (UPDATE payload SET loaded_at = NULL FROM source s WHERE s.source_id = payload.source_id "
            "AND s.name = 'sample_echo'), "
            "r AS (DELETE FROM item_revision USING gone WHERE item_revision.item_id = gone.item_id), "
            "a AS (DELETE FROM article USING gone WHERE article.item_id = gone.item_id) SELECT count(*) FROM gone"
        )
        assert trigger("ingest_sample_echo") == "success"
        deadline = time.monotonic() + 300
        while ask("SELECT count(*) FROM current_article WHERE source = 'sample_echo'") != [(2,)]:
            assert time.monotonic() < deadline
            time.sleep(1)
        assert api.get("/dags/refine/dagRuns").json()["total_entries"] > before


def test_a_document_in_the_drop_folder_and_none_outside_it(airflow: services.Services, state: Path) -> None:
    (state / "drop" / "news.txt").write_text("The ferry ran late on Friday, and about 340 people had to wait for it.")
    assert trigger("ingest_document", path="news.txt", published="2025-07-13") == "success"
    assert trigger("ingest_document", path="../passwords.json") == "failed"
    assert trigger("ingest_document", url="http://127.0.0.1:22/") == "failed"
    assert trigger("ingest_document") == "failed"


@pytest.fixture
def page(airflow: services.Services):
    """A browser's page, logged in."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("needs chromium: apt install chromium")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page(viewport={"width": 1400, "height": 1200})
        page.goto(airflow.url)
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", airflow.keys.password)
        page.click("button[type=submit]")
        page.get_by_role("link", name="Newsdesk").wait_for()
        yield page
        browser.close()


def submit(page, airflow: services.Services, **fields: str) -> int:
    """Fill in the form of ingest_document, wait until its run is green, and give the article's id."""
    before = {item_id for (item_id,) in ask("SELECT item_id FROM current_article")}
    with services.client() as api:
        runs = api.get("/dags/ingest_document/dagRuns").json()["total_entries"]
        page.goto(f"{airflow.url}/dags/ingest_document")
        page.get_by_role("button", name="Trigger").first.click()
        for name, value in fields.items():
            page.locator(f"#element_{name}").fill(value)
        page.get_by_test_id("trigger-dag-submit").click()
        deadline = time.monotonic() + 60
        while (found := api.get("/dags/ingest_document/dagRuns", params={"order_by": "-id"}).json())[
            "total_entries"
        ] == runs:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    assert wait_for_run("ingest_document", found["dag_runs"][0]["dag_run_id"]) == "success"
    (new,) = {item_id for (item_id,) in ask("SELECT item_id FROM current_article")} - before
    return new


@pytest.mark.browser
def test_the_form_and_the_newsdesk_in_a_browser(airflow: services.Services, page) -> None:
    from playwright.sync_api import expect

    article = submit(page, airflow, text=ARTICLE, published="2025-07-13")
    ((language, published, text),) = ask(
        "SELECT language, published::date::text, text FROM current_article WHERE item_id = %s", article
    )
    assert (language, published) == ("de", "2025-07-13")
    assert text.endswith("Eva Öhm.")
    assert ask("SELECT kind, outlet FROM article_removal WHERE item_id = %s", article) == [("disclaimer", "Mid-Day")]

    page.goto(airflow.url)
    page.get_by_role("link", name="Newsdesk").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Hafen von Port Ellis gesperrt").first.click()
    expect(frame.locator("del").filter(has_text="Drittanbieter-Agentur").first).to_be_visible()
    expect(frame.locator("body")).to_contain_text("Rund 340 Boote")


@pytest.mark.browser
def test_the_sample_article_through_the_form(airflow: services.Services, page, shared: Path) -> None:
    text = (shared / "sample" / "lavrov-wonsan.pt.txt").read_text("utf-8")
    article = submit(page, airflow, text=text, published="2025-07-13")
    assert ask("SELECT language, outlet, origin FROM current_article WHERE item_id = %s", article) == [
        ("pt", "Mid-Day", "CNN")
    ]
    ranges = ask("SELECT low, high, counted FROM article_quantity WHERE item_id = %s AND low <> high", article)
    assert ranges == [(25_000, 30_000, "soldados")]
    days = ask("SELECT DISTINCT text, iso FROM article_date WHERE item_id = %s AND text LIKE '%%feira'", article)
    assert sorted(days) == [
        ("quarta-feira", "2025-07-09"),
        ("quinta-feira", "2025-07-10"),
        ("sexta-feira", "2025-07-11"),
    ]


def test_nobody_reads_the_newsdesk_without_logging_in(airflow: services.Services) -> None:
    import httpx

    for path in ("/newsdesk/", "/newsdesk/static/newsdesk.css", "/newsdesk/articles/1"):
        assert httpx.get(airflow.url + path, timeout=services.ANSWERS_WITHIN).status_code == 401


def test_down_leaves_nothing(airflow: services.Services) -> None:
    done = call("down")
    assert done.returncode == 0
    assert services.our_processes() == []
    assert server.status() is None
