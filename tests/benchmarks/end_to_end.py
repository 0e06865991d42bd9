"""From payloads to committed rows, with all facts, on one core: the job's steps without Airflow.

    python -m tests.benchmarks.end_to_end [--items 3000] [--pages 600] [--batch 2000] [--profile] [FILE.jsonl.xz …]

An embedded Postgres of its own, the program, the process that refines and the server's processes all share one core.
Files hold real pages (a JSON object a line, with ``html`` and ``url``), and their texts make the items of feeds;
without them pages and items are invented.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from copydesk import jobs
from copydesk.errors import DataError
from copydesk.extract import extract
from copydesk.model import Payload
from copydesk.pipeline import refine
from copydesk.sources import Source
from copydesk.warehouse import migrate
from copydesk.warehouse.connection import one_session, transaction
from copydesk.warehouse.server import Server, ensure_running, stop

from .generated import feed, pages, rss, story
from .pages import given
from .usage import pin_to_one_core

SEEN = datetime(2025, 8, 1, tzinfo=UTC)
PER_FEED = 50


@contextmanager
def warehouse() -> Iterator[Server]:
    """A warehouse of its own; server and program on the same one core."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-bench-"))
    folder.chmod(0o755)  # as root, the server runs as a user of its own
    try:
        server = ensure_running(folder / "postgres")
        pin_to_one_core([server.pid])
        server.ensure_database("copydesk")
        os.environ["COPYDESK_DSN"] = server.dsn("copydesk")
        migrate()
        yield server
    finally:
        stop(folder / "postgres")
        shutil.rmtree(folder, ignore_errors=True)


def told(files: list[Path], count: int) -> Iterator[tuple[int, str, str, datetime]]:
    """Stories for feeds: invented, or the articles of real pages."""
    if not files:
        yield from ((number, *story(number)) for number in range(count))
        return
    number = 0
    for page, url in given(files):
        with suppress(DataError):
            found = extract(page, url=url)
            yield number, found.title or "", found.text, SEEN
            number += 1
        if number == count:
            return


def run(name: str, payloads: Iterable[Payload], batch: int) -> None:
    source = Source(name=name, outlet="The Harbour Ledger", language="en", require=())
    seconds: dict[str, float] = {}
    ids: list[int] = []

    def timed(stage: str, started: float) -> None:
        seconds[stage] = seconds.get(stage, 0) + time.perf_counter() - started

    started = time.perf_counter()
    with one_session():
        ids = [jobs.keep_payload(source, payload) for payload in payloads]
    timed("keep", started)
    size = max(1, batch // PER_FEED) if name == "feeds" else batch
    for at in range(0, len(ids), size):
        started = time.perf_counter()
        jobs.load_payloads(ids[at : at + size])
        timed("load", started)
    articles = 0
    for first, last in jobs.plan_batches(size=batch):
        started = time.perf_counter()
        articles += jobs.refine_items(first, last).new
        timed("refine", started)
    started = time.perf_counter()
    jobs.link_stories()
    timed("link", started)
    with transaction(role=None) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM fact f JOIN item i USING (item_id) JOIN source s USING (source_id) WHERE s.name = %s",
            (name,),
        )
        ((facts,),) = cursor.fetchall()
    total = sum(seconds.values())
    parts = ", ".join(f"{stage} {spent / total:.0%}" for stage, spent in seconds.items())
    print(f"{name}: {articles:,} articles, {facts:,} facts, {total:.1f} s: {articles / total:.1f} a second ({parts})")


def profile(payloads: list[Payload]) -> None:
    """Where refining itself spends its time."""
    from copydesk.formats import read

    items = [item for payload in payloads for item in read(payload).items]
    for item in items[:20]:
        refine(item)
    profiler = cProfile.Profile()
    profiler.enable()
    for item in items:
        refine(item)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(
        r"pipeline|extract/__init__|boilerplate/__init__|"
        r"facts/annotate|normalise|fingerprint|find_repairs|identify_language",
        25,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--items", type=int, default=3000)
    parser.add_argument("--teaser", type=int, help="Cut the items' texts to so many characters.")
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--batch", type=int, default=2000)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()

    stories = list(told(options.files, options.items))
    feeds = [
        Payload(
            rss(stories[first : first + PER_FEED], teaser=options.teaser),
            SEEN,
            f"https://ledger.example/{first}.xml",
            "text/xml",
        )
        for first in range(0, len(stories), PER_FEED)
    ]
    found = islice(given(options.files) if options.files else pages(options.pages), options.pages)
    html = [Payload(page.encode(), SEEN, url, "text/html") for page, url in found]
    if options.profile:
        profile(feeds[:10])
        profile(html[:200])
        return
    characters = sum(len(payload.content) for payload in feeds) / max(1, len(stories))
    print(
        f"feed items of {characters:,.0f} bytes on average, pages of "
        f"{sum(len(payload.content) for payload in html) / max(1, len(html)):,.0f}"
    )
    with warehouse():
        run("warm", [Payload(feed(10**6, 20), SEEN, "https://ledger.example/warm.xml", "text/xml")], options.batch)
        if feeds:
            run("feeds", feeds, options.batch)
        if html:
            run("pages", html, options.batch)


if __name__ == "__main__":
    main()
