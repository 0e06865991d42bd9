"""Payloads are read and items refined in a process that can be killed: a bad one costs itself, whatever it does to the
process."""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk.errors import NoText, TooLarge
from copydesk.model import Item, Payload
from copydesk.pipeline import Context, refine
from copydesk.refinery import Crashed, NotStarted, Refinery, TooSlow

TEXT = "The ferry left three hours late on Friday because a valve had jammed, the harbour office said."
CHILD = """
import copydesk.refinery as refinery, copydesk.formats, copydesk.pipeline, os, re, signal, sys, time
from pathlib import Path
def refine(item, *, context=None):
    print("noise on standard output")
    if item.title == "slow":
        re.match(r"(a+)+$", "a" * 60 + "b")  # ends in some thousand years, and heeds no signal of Python's
    if item.title == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if item.title == "once" and not Path(item.summary).exists():
        Path(item.summary).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if item.title == "large":
        bytes(3 << 30)
    if item.title == "bug":
        raise KeyError("oops")
    return copydesk.pipeline.refine(item, context=context)
def read(payload):
    if payload.url == "file:///crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    return copydesk.formats.read(payload)
refinery.refine, refinery.read = refine, read
own, sys.stdout = sys.stdout.buffer, sys.stderr
refinery._serve(sys.stdin.buffer, own)
"""


@pytest.fixture
def fragile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refinery:
    """A refinery whose child does to itself what the items' titles say."""
    script = tmp_path / "python"
    script.write_text(f"#!/bin/sh\nexec {sys.executable} {tmp_path}/child.py\n")
    script.chmod(0o755)
    (tmp_path / "child.py").write_text(CHILD)
    monkeypatch.setattr(sys, "executable", str(script))
    return Refinery(seconds=3)


def item(title: str = "A title", summary: str | None = None) -> Item:
    return Item(body=TEXT, title=title, summary=summary)


def test_the_article_is_the_one_that_refine_gives() -> None:
    with Refinery() as refinery:
        assert refinery.refine(item(), Context(fetched_at=None)).text == refine(item()).text
        with pytest.raises(NoText):
            refinery.refine(Item(body=""), Context())
        assert refinery.refine(item(), Context()).title == "A title"


def test_what_never_ends_is_ended_and_the_rest_goes_on(fragile: Refinery) -> None:
    with fragile:
        fragile.refine(item(), Context())
        began = time.monotonic()
        with pytest.raises(TooSlow, match="slow: it takes longer than 3 s"):
            fragile.refine(item("slow"), Context())
        assert time.monotonic() - began < 20
        assert fragile.refine(item("next"), Context()).title == "next"


def test_what_kills_its_process_is_named_and_the_rest_goes_on(fragile: Refinery) -> None:
    with fragile:
        with pytest.raises(Crashed, match="crash: "):
            fragile.refine(item("crash"), Context())
        assert fragile.refine(item("next"), Context()).title == "next"


def test_a_payload_that_kills_its_process_is_named_and_the_rest_goes_on(fragile: Refinery) -> None:
    with fragile:
        with pytest.raises(Crashed, match="file:///crash: "):
            fragile.read(payload("file:///crash"))
        assert [found.body for found in fragile.read(payload("file:///next")).items] == [TEXT]


def payload(url: str) -> Payload:
    return Payload(TEXT.encode(), datetime(2025, 7, 13, tzinfo=UTC), url, "text/plain")


def test_a_process_that_somebody_killed_is_started_again(fragile: Refinery, tmp_path: Path) -> None:
    with fragile:
        assert fragile.refine(item("once", str(tmp_path / "seen")), Context()).title == "once"


def test_what_takes_all_memory_is_refused(fragile: Refinery) -> None:
    with fragile:
        fragile.refine(item(), Context())
        with pytest.raises(TooLarge, match="large: it takes more than 2 GiB of memory"):
            fragile.refine(item("large"), Context())
        assert fragile.refine(item("next"), Context()).title == "next"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("printf r; exec sleep 600", TooSlow),
        ("exec sleep 600", NotStarted),
        ("exit 1", NotStarted),
    ],
)
def test_a_child_that_never_reads_is_ended(
    script: str, error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not even start says nothing about the item."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr("copydesk.refinery._STARTING", 0.5)
    with Refinery(seconds=0.5) as refinery, pytest.raises(error):
        refinery.refine(Item(body=TEXT * 2000), Context())


def test_modules_in_the_working_directory_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tomli.py").write_text("raise SystemExit('this is not tomli')")
    monkeypatch.chdir(tmp_path)
    with Refinery() as refinery:
        assert refinery.refine(item(), Context()).title == "A title"


def test_a_bug_comes_back_as_itself(fragile: Refinery) -> None:
    with fragile, pytest.raises(KeyError):
        fragile.refine(item("bug"), Context())


def test_no_child_is_left() -> None:
    with Refinery() as refinery:
        refinery.refine(item(), Context())
        assert refinery._child
        child = refinery._child.pid
    with pytest.raises(ProcessLookupError):
        os.kill(child, signal.SIG_DFL)
