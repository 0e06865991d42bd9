"""The DAG: which day it takes, that it writes and mails, and that it says at once what is wrong in its form."""

from __future__ import annotations

import email
import smtplib
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email import policy
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.digest.day import DAY, load_day

from copydesk.errors import ConfigurationError

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).resolve().parents[2]
MIDNIGHT = datetime(2026, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def dag():
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(ROOT / "dags" / "daily_digest.py"))
    assert bag.import_errors == {}
    return bag.dags["daily_digest"]


@pytest.fixture
def run(dag, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Do a task of a run: ``run("write", day=…)``; by a schedule unless ``start=None``."""
    monkeypatch.setenv("COPYDESK_DIGEST_FOLDER", str(tmp_path))
    monkeypatch.delenv("COPYDESK_DIGEST_TO", raising=False)

    def do(name: str, *given: object, start: datetime | None = MIDNIGHT - timedelta(days=1), **form: str | None):
        context = {
            "params": {"day": None, "mail_to": None, **form},
            "dag_run": SimpleNamespace(run_after=MIDNIGHT + timedelta(hours=7)),
        }
        if start:
            context["data_interval_start"] = start
        work = dag.get_task(name).python_callable
        monkeypatch.setitem(work.__globals__, "get_current_context", lambda: context)
        return work(*given)

    return do


class Post(socketserver.ThreadingTCPServer):
    """As much of an SMTP server as a client needs to leave a mail."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Letter)
        self.letters: list[tuple[list[str], bytes]] = []


class Letter(socketserver.StreamRequestHandler):
    server: Post

    def handle(self) -> None:
        recipients: list[str] = []
        self._say("220 post.example")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper()
            if word == b"RCPT":
                recipients.append(line.decode().partition("<")[2].partition(">")[0])
            if word == b"DATA":
                self._say("354 go on")
                body = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.letters.append((recipients, body))
            self._say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    with Post() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        extra = "disable_ssl=true&disable_tls=true&from_email=copydesk%40paper.example&retry_limit=0&timeout=5"
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", f"smtp://127.0.0.1:{server.server_address[1]}/?{extra}")
        yield server
        server.shutdown()


def test_its_shape(dag) -> None:
    assert {task.task_id: set(task.downstream_task_ids) for task in dag.tasks} == {
        "wait": {"write"},
        "write": {"mail"},
        "mail": set(),
    }
    assert not dag.catchup
    assert dag.max_active_runs == 1
    assert set(dag.params) == {"day", "mail_to"}


def test_a_run_is_for_the_whole_day_before_it(dag) -> None:
    """By the schedule, and by hand at any hour."""
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import DataInterval

    timetable = DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable
    by_hand = timetable.infer_manual_data_interval(run_after=_pendulum(MIDNIGHT + timedelta(hours=3)))
    assert by_hand == DataInterval(_pendulum(MIDNIGHT - timedelta(days=1)), _pendulum(MIDNIGHT))


def _pendulum(when: datetime):
    import pendulum

    return pendulum.instance(when)


def test_the_page_is_written_for_the_day_of_the_interval(run, query, tmp_path: Path) -> None:
    load_day(query)
    assert run("wait") is True
    written = run("write")
    assert written["path"] == str(tmp_path / "digest-2026-05-08.html")
    assert written["articles"] == 4
    assert all(isinstance(value, int) for key, value in written.items() if key not in ("path", "day"))
    page = Path(written["path"]).read_bytes()
    assert b"Fire in the harbour" in page
    assert run("write") == written
    assert Path(written["path"]).read_bytes() == page


def test_a_run_without_an_interval_takes_yesterday_and_a_form_any_day(run, warehouse) -> None:
    assert run("write", start=None)["day"] == "2026-05-08"
    assert run("write", start=None, day="2026-04-01")["day"] == "2026-04-01"


def test_it_waits_for_items_that_are_not_refined(run, query) -> None:
    load_day(query)
    query("UPDATE item SET refined_revision = 0")
    assert run("wait") is False
    assert run("wait", day="2026-05-07") is True


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"day": str(date.today() + timedelta(days=2))}, "has not begun"),
        ({"day": "tomorrow"}, "is no day"),
        ({"mail_to": "desk@paper.example, nobody"}, "'nobody' is no e-mail address"),
    ],
)
def test_a_form_that_is_wrong_fails_at_once(run, warehouse, tmp_path: Path, form: dict[str, str], told: str) -> None:
    for task in ("wait", "write"):
        with pytest.raises(ConfigurationError, match=told):
            run(task, **form)
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_in_the_form_is_not_tried_again(dag) -> None:
    from airflow.sdk import RetryAction

    policy = dag.get_task("wait").retry_policy
    assert policy.evaluate(ConfigurationError("x"), try_number=1, max_tries=3).action is RetryAction.FAIL


def test_nobody_to_mail_to_is_skipped(run) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(AirflowSkipException):
        run("mail", {"path": "x"})


@pytest.mark.parametrize("by", ["form", "environment"])
def test_the_page_is_mailed(run, query, post: Post, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    load_day(query)
    written = run("write")
    to = "desk@paper.example, night@paper.example"
    if by == "environment":
        monkeypatch.setenv("COPYDESK_DIGEST_TO", to)
    assert run("mail", written, mail_to=to if by == "form" else None) == 2
    [(recipients, letter)] = post.letters
    assert recipients == ["desk@paper.example", "night@paper.example"]
    message = email.message_from_bytes(letter, policy=policy.default)
    assert message["Subject"] == "Copydesk, 2026-05-08: 4 articles, 1 new in quarantine"
    assert message["From"] == "copydesk@paper.example"
    text, attached = message.iter_parts()
    assert "5 items came in: 5 new" in text.get_content()
    assert attached.get_filename() == "digest-2026-05-08.html"
    assert attached.get_content() == Path(written["path"]).read_bytes()
    assert DAY.isoformat() in attached.get_content().decode()


def test_a_server_that_refuses_fails_the_task(run, query, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    written = run("write")
    monkeypatch.setattr(Letter, "_say", lambda self, line: self.wfile.write(b"554 no\r\n"))
    with pytest.raises(smtplib.SMTPConnectError, match="554"):
        run("mail", written, mail_to="desk@paper.example")
    assert post.letters == []
