"""The job as its user meets it: `make run`, `make up`, the form in Airflow's UI, the Newsdesk, `make down`."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.driving import (
    ask,
    call,
    failed_with,
    fill_in,
    leave,
    result,
    row_counts,
    start,
    submit,
    trigger,
    wait_for,
    wait_for_question,
    wait_for_run,
    wait_until_idle,
)

from copydesk.boilerplate.learned import key_of, words_of
from copydesk.local import services
from copydesk.warehouse import server

pytestmark = pytest.mark.airflow
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
        wait_for([(2,)], "SELECT count(*) FROM current_article WHERE source = 'sample_echo'")
        assert api.get("/dags/refine/dagRuns").json()["total_entries"] > before


def test_tasks_of_a_run_with_a_deadline_are_cleared(airflow: services.Services) -> None:
    """As a person does who wants them tried once more; what was done is not done again."""
    wait_until_idle()
    before = row_counts()
    with services.client() as api:
        run = api.post("/dags/refine/dagRuns", json={"logical_date": None, "conf": {}}).raise_for_status().json()
        order = {"dry_run": False, "dag_run_id": run["dag_run_id"], "task_ids": ["plan"], "only_failed": False,
                 "reset_dag_runs": True, "include_downstream": True}  # fmt: skip
        api.post("/dags/refine/clearTaskInstances", json=order).raise_for_status()
    assert wait_for_run("refine", run["dag_run_id"]) == "success"
    assert row_counts() == before


def test_a_document_in_the_drop_folder_and_none_outside_it(airflow: services.Services, state: Path) -> None:
    (state / "drop" / "news.txt").write_text("The ferry ran late on Friday, and about 340 people had to wait for it.")
    assert trigger("ingest_document", path="news.txt", published="2025-07-13") == "success"
    assert trigger("ingest_document", path="../passwords.json") == "failed"
    assert trigger("ingest_document", url="http://127.0.0.1:22/") == "failed"
    assert trigger("ingest_document") == "failed"


@pytest.fixture(scope="module")
def page(airflow: services.Services):
    """A browser's page, logged in: to start one and log in takes as long as a test."""
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
    leave(page)


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


@pytest.mark.browser
def test_the_form_of_reprocess(airflow: services.Services, page) -> None:
    ask("WITH old AS (UPDATE item SET refined_by = 'old' RETURNING item_id), a AS (UPDATE article SET refined_by = "
        "'old', annotated_by = NULL, title = 'Old: ' || title) SELECT count(*) FROM old")  # fmt: skip
    dry = start(page, airflow, "reprocess")
    assert wait_for_run("reprocess", dry) == "success"
    said = result("reprocess", dry, "report")
    titled = ask("SELECT count(*) FROM current_article WHERE title LIKE 'Old: %%'")[0][0]
    assert said["changed"] == titled > 10
    wet = start(page, airflow, "reprocess", dry_run=False)
    assert wait_for_run("reprocess", wet) == "success"
    assert result("reprocess", wet, "report") == said
    assert ask("SELECT count(*) FROM current_article WHERE title LIKE 'Old: %%' OR refined_by = 'old'") == [(0,)]

    wrong = start(page, airflow, "reprocess", since="2025-07-14", until="2025-07-13")
    assert "the period ends on 2025-07-13" in failed_with("reprocess", wrong, "plan")
    unknown = start(page, airflow, "reprocess", source="nobody")
    assert "there is no source nobody" in failed_with("reprocess", unknown, "plan")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("dag_id", "fields"),
    [
        ("reprocess", {"source": "No Such Source"}),
        ("learn_boilerplate", {"source": "No Such Source"}),
        ("backfill_archive", {"path": "x", "source": "No Such Source"}),
        ("ingest_document", {"url": "ftp://harbour.example/"}),
    ],
)
def test_a_form_says_what_is_wrong(airflow: services.Services, page, dag_id: str, fields: dict[str, str]) -> None:
    with services.client() as api:
        runs = api.get(f"/dags/{dag_id}/dagRuns").json()["total_entries"]
        fill_in(page, airflow, dag_id, **fields)
        page.get_by_text(f"Invalid input for param {list(fields)[-1]}").wait_for()
        leave(page)
        assert api.get(f"/dags/{dag_id}/dagRuns").json()["total_entries"] == runs


@pytest.mark.browser
def test_the_form_of_refine(airflow: services.Services, page) -> None:
    wait_until_idle()
    ask("UPDATE item SET refined_revision = 0 RETURNING 1")
    run = start(page, airflow, "refine", batch_size="10")
    assert wait_for_run("refine", run) == "success"
    assert ask("SELECT count(*) FROM item WHERE refined_revision < revision") == [(0,)]
    lines = []
    with services.client() as api:
        tasks = api.get(f"/dags/refine/dagRuns/{run}/taskInstances").json()["task_instances"]
        batches = [task["map_index"] for task in tasks if task["task_id"] == "refine_batch"]
        for number in batches:
            log = f"/dags/refine/dagRuns/{run}/taskInstances/refine_batch/logs/1"
            lines += api.get(log, params={"map_index": number}).json()["content"]
    assert len(batches) == -(-ask("SELECT count(*) FROM item")[0][0] // 10)
    ((item_id,),) = ask("SELECT item_id FROM quarantine WHERE stage = 'refine'")
    (line,) = [line for line in lines if "quarantined: " in line["event"]]
    assert (line["item_id"], line["source"], line["level"]) == (item_id, "sample_gaceta", "warning")


@pytest.mark.browser
def test_a_number_in_a_form_stays_within_its_bounds(airflow: services.Services, page) -> None:
    run = start(page, airflow, "refine", batch_size="0")
    with services.client() as api:
        assert api.get(f"/dags/refine/dagRuns/{run}").json()["conf"] == {"batch_size": 1}
        for dag_id, conf in (("refine", {"batch_size": 0}), ("maintain", {"keep_payloads_days": 6})):
            answer = api.post(f"/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
            assert (answer.status_code, "minimum" in answer.text) == (400, True), answer.text
    assert wait_for_run("refine", run) == "success"


@pytest.mark.browser
def test_the_form_of_maintain(airflow: services.Services, page) -> None:
    ask(
        "UPDATE payload SET last_seen_at = now() - interval '60 days', "
        "loaded_at = now() - interval '60 days' RETURNING 1"
    )
    run = start(page, airflow, "maintain", keep_payloads_days="30")
    assert wait_for_run("maintain", run) == "success"
    dropped = ask("SELECT count(*) FROM payload WHERE content_dropped_at IS NOT NULL")[0][0]
    assert result("maintain", run, "retention")["payloads"] == dropped > 0
    assert ask("SELECT count(*) FROM payload_content") == ask(
        "SELECT count(*) FROM payload WHERE content_dropped_at IS NULL"
    )


@pytest.mark.browser
def test_a_person_decides_on_a_learned_line(airflow: services.Services, page) -> None:
    ((source_id, item_id, line),) = ask(
        "SELECT i.source_id, a.item_id, split_part(a.text, E'\n', -1) FROM current_article a JOIN item i USING "
        "(item_id) WHERE source = 'sample_echo' ORDER BY a.item_id LIMIT 1"
    )
    words = words_of(line)
    ((block,),) = ask(
        """
        INSERT INTO recurring_block (source_id, key, words, text, status, support, days, last_day, since, last, recent,
            places, topical, varied, suspicion, speaks, examples, subjects)
        SELECT source_id, %s, %s, %s, 'candidate', 40, 9, '2025-07-13', 1, articles, repeat('1', 64)::bit(64),
            '{0,0,0,0,40,0,0,0}', 0.1, 0, 0.6, false, ARRAY[%s], '{}' FROM learned_source WHERE source_id = %s
        ON CONFLICT (source_id, key) DO UPDATE SET status = 'candidate', support = 40, days = 9 RETURNING block_id
        """,
        *(key_of(words), words, line, item_id, source_id),
    )
    run = start(page, airflow, "learn_boilerplate", source="sample_echo")
    wait_for_question("learn_boilerplate", run)
    page.goto(f"{airflow.url}/required_actions")
    page.get_by_text("sample_echo: “").first.click()
    page.get_by_text("in 40 articles on 9 days").wait_for()
    page.get_by_role("button", name="strip").click()
    wait_for([(True,)], "SELECT decided FROM recurring_block WHERE block_id = %s", block)
    leave(page)
    assert wait_for_run("learn_boilerplate", run) == "success"
    assert ask("SELECT status, decided FROM recurring_block WHERE block_id = %s", block) == [("approved", True)]
    assert result("learn_boilerplate", run, "line.decide", 0) == 1
    # The decision is an update of the asset that refine waits for.
    wait_for([(0,)], "SELECT position(%s IN text) FROM current_article WHERE item_id = %s", line, item_id)


@pytest.mark.browser
def test_the_form_of_the_digest(airflow: services.Services, page, state: Path) -> None:
    ((day,),) = ask("SELECT max(seen_at)::date::text FROM current_article WHERE seen_at < current_date + 1")
    run = start(page, airflow, "daily_digest", day=day)
    assert wait_for_run("daily_digest", run) == "success"
    (digest,) = (state / "digests").glob(f"digest-{day}.html")
    page.goto(digest.as_uri())
    page.get_by_role("heading").first.wait_for()
    assert page.locator("svg").count() > 0
    wrong = start(page, airflow, "daily_digest", day="2999-01-01")
    assert "2999-01-01" in failed_with("daily_digest", wrong, "wait")


@pytest.mark.browser
def test_the_form_of_backfill(airflow: services.Services, page, state: Path) -> None:
    text = "Ferry {} ran late on Friday, and about 340 people had to wait for it in the rain."
    lines = [
        {"uri": f"urn:ferry:{n}", "headline": f"Ferry {n} late", "versioncreated": "2025-07-13T06:00:00Z",
         "body_text": text.format(n)}
        for n in range(3)
    ]  # fmt: skip
    (state / "drop" / "archive.jsonl").write_text("\n".join(map(json.dumps, lines)))
    run = start(page, airflow, "backfill_archive", path="archive.jsonl")
    assert wait_for_run("backfill_archive", run) == "success"
    wait_for([(3,)], "SELECT count(*) FROM current_article WHERE title LIKE 'Ferry %% late'")
    wrong = start(page, airflow, "backfill_archive", path="../airflow/keys.json")
    assert "only files in the drop folder" in failed_with("backfill_archive", wrong, "plan")


def test_nobody_reads_the_newsdesk_without_logging_in(airflow: services.Services) -> None:
    import httpx

    for path in ("/newsdesk/", "/newsdesk/static/newsdesk.css", "/newsdesk/articles/1"):
        assert httpx.get(airflow.url + path, timeout=services.ANSWERS_WITHIN).status_code == 401


def test_down_leaves_nothing(airflow: services.Services) -> None:
    done = call("down")
    assert done.returncode == 0
    assert services.our_processes() == []
    assert server.status() is None
