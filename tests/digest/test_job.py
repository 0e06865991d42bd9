from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.digest.day import DAY, load_day

from copydesk.digest import Written, addresses, chosen_day, digest_folder, is_refined, mail_of, summary, write_digest
from copydesk.errors import ConfigurationError

NOW = datetime(2026, 5, 9, 6, tzinfo=UTC)


def test_the_day_is_the_one_named_else_the_other() -> None:
    assert chosen_day("2026-05-07", DAY, now=NOW) == date(2026, 5, 7)
    assert chosen_day("2026-05-09", DAY, now=NOW) == date(2026, 5, 9)
    assert chosen_day(None, DAY, now=NOW) == chosen_day("", DAY, now=NOW) == DAY


@pytest.mark.parametrize(
    ("stated", "told"), [("2026-05-10", "has not begun"), ("8 May", "is no day"), ("2026-13-01", "is no day")]
)
def test_a_day_that_is_none_is_refused(stated: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        chosen_day(stated, DAY, now=NOW)


def test_addresses_of_the_form_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPYDESK_DIGEST_TO", raising=False)
    assert addresses(None) == []
    monkeypatch.setenv("COPYDESK_DIGEST_TO", "desk@paper.example; night@paper.example")
    assert addresses("") == ["desk@paper.example", "night@paper.example"]
    assert addresses("a@b.example,\nc@d.example a@b.example") == ["a@b.example", "c@d.example"]


@pytest.mark.parametrize(
    "bad", ["desk", "desk@", "@paper.example", "a@b@c", "Desk <desk@paper.example>", "a@b.example\x00@"]
)
def test_what_is_no_address_is_refused(bad: str) -> None:
    with pytest.raises(ConfigurationError, match="is no e-mail address"):
        addresses(f"good@paper.example, {bad}")


def test_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPYDESK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("COPYDESK_DIGEST_FOLDER", raising=False)
    assert digest_folder() == tmp_path / "data" / "digests"
    monkeypatch.setenv("COPYDESK_DIGEST_FOLDER", str(tmp_path / "mine"))
    assert digest_folder() == tmp_path / "mine"


def test_a_day_is_written_once_and_again(query, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPYDESK_DIGEST_FOLDER", str(tmp_path / "new"))
    load_day(query)
    assert is_refined(DAY)
    written = write_digest(DAY)
    path = tmp_path / "new" / "digest-2026-05-08.html"
    counts = {"received": 5, "new": 5, "revised": 0, "unchanged": 0, "quarantined": 1, "articles": 4}
    open_now = {"pending": 0, "in_quarantine": 1, "ill": 0, "blocks": 0}
    assert written == {"path": str(path), "day": "2026-05-08", **counts, **open_now}
    first = path.read_bytes()
    assert write_digest(DAY) == written
    assert path.read_bytes() == first
    assert list(path.parent.iterdir()) == [path]
    query("UPDATE item SET refined_revision = 0")
    assert not is_refined(DAY)
    assert any("wait to be refined" in line for line in summary(write_digest(DAY)))


def test_a_folder_that_takes_nothing_is_named(warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COPYDESK_DIGEST_FOLDER", str(tmp_path / "file"))
    with pytest.raises(ConfigurationError, match="can't be written"):
        write_digest(DAY)


def test_a_page_that_fails_leaves_the_old_one(warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COPYDESK_DIGEST_FOLDER", str(tmp_path))
    write_digest(DAY)
    before = (tmp_path / "digest-2026-05-08.html").read_bytes()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ConfigurationError, match="No space left"):
        write_digest(DAY)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("digest-2026-05-08.html", before)]


def test_the_mail_says_how_much_and_needs_the_page(tmp_path: Path) -> None:
    page = tmp_path / "digest-2026-05-08.html"
    written = Written(
        path=str(page),
        day="2026-05-08",
        received=1234,
        new=1000,
        revised=30,
        unchanged=200,
        quarantined=4,
        articles=1026,
        pending=0,
        in_quarantine=9,
        ill=2,
        blocks=0,
    )
    with pytest.raises(ConfigurationError, match="not on this worker"):
        mail_of(written)
    page.touch()
    subject, text = mail_of(written)
    assert subject == "Copydesk, 2026-05-08: 1,026 articles, 4 new in quarantine"
    assert "<p>1,234 items came in: 1,000 new, 30 revised, 200 unchanged.</p>" in text
    assert "2 sources are failing or silent" in text
    assert "learned" not in text
