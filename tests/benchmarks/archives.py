"""Archives: how fast they are read and loaded, and in how much memory.

    python -m tests.benchmarks.archives [--gigabytes 2] [--load-megabytes 50]

Writes a WARC of invented pages into a temporary folder (gzip, record by record), reads it through `read_archive`, and
loads a smaller one by backfill into an embedded Postgres of its own. Each step is a process of its own, so that its
peak of memory is its own; bytes are those of the uncompressed records.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

WORDS = (
    "harbour ferry council Friday minister tide report pier bridge vote budget school river storm market price union "
    "strike court judge police witness village north coast island rain engine captain crew port customs cargo"
).split()


def page(number: int, words: random.Random) -> bytes:
    """A page of about 30 kB, half of it scripts and navigation, as pages are."""
    paragraphs = (" ".join(words.choices(WORDS, k=60)).capitalize() for _ in range(25))
    text = "".join(f"<p>{paragraph}, Reuters reported on Friday.</p>\n" for paragraph in paragraphs)
    links = (f'<li><a href="/section/{words.randrange(10**6)}">{words.choice(WORDS)}</a></li>' for _ in range(250))
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>Ferry {number} late</title></head><body>"
        f"<nav><ul>{''.join(links)}</ul></nav><article><h1>Ferry {number} late</h1>{text}</article></body></html>"
    ).encode()


def write(path: Path, size: int) -> int:
    """Write an archive of that many bytes, uncompressed; says how many records it has."""
    words, written, records = random.Random(1), 0, 0
    with path.open("wb") as file:
        while written < size:
            body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page(records, words)
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://harbour.example/{records}\r\n"
                f"WARC-Date: 2016-{records // 5000 % 12 + 1:02}-03T04:05:06Z\r\nWARC-Record-ID: <urn:x:{records}>\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            record = head.encode() + body + b"\r\n\r\n"
            packer = zlib.compressobj(3, wbits=31)
            file.write(packer.compress(record) + packer.flush())
            written += len(record)
            records += 1
    return records


def read(path: Path) -> int:
    from copydesk.archives import read_archive

    return sum(record.payload is not None for record in read_archive(path))


def load(path: Path) -> int:
    from copydesk.backfill import load_archive, plan
    from copydesk.sources import DOCUMENTS

    return sum(load_archive(archive_id).items.new for archive_id in plan(path, DOCUMENTS))


STEPS: dict[str, Callable[[Path], int]] = {"read": read, "load": load}


def measured(step: str, path: Path, **environment: str) -> dict[str, float]:
    """Run a step in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.archives", "--step", step, "--path", str(path)]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def run_step(step: str, path: Path) -> None:
    started = time.perf_counter()
    records = STEPS[step](path)
    seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"records": records, "seconds": seconds, "rss": usage.ru_maxrss * 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--load-megabytes", type=float, default=50.0)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        run_step(options.step, options.path)
        return

    from copydesk.warehouse import migrate
    from copydesk.warehouse.server import ensure_running, stop

    folder = Path(tempfile.mkdtemp(prefix="copydesk-archives-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    table = Table("step", *("records", "MB", "seconds", "records/s", "MB/s", "peak MB of memory"))
    try:
        for step, size in (("read", options.gigabytes * 1e9), ("load", options.load_megabytes * 1e6)):
            path = folder / f"{step}.warc.gz"
            written = write(path, int(size))
            environment = {}
            if step == "load":
                server = ensure_running(folder / "postgres")
                server.ensure_database("copydesk")
                environment["COPYDESK_DSN"] = server.dsn("copydesk")
                migrate(environment["COPYDESK_DSN"])
            found = measured(step, path, **environment)
            assert found["records"] == written, (found, written)
            seconds = found["seconds"]
            figures = (written, size / 1e6, seconds, written / seconds, size / 1e6 / seconds, found["rss"] / 1e6)
            table.add_row(step, *(f"{figure:,.1f}" if figure < 100 else f"{figure:,.0f}" for figure in figures))
            path.unlink()
    finally:
        stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)
    Console().print(table)


if __name__ == "__main__":
    main()
