"""How fast documents are parsed: full-content feeds beside feedparser, and the agencies' formats.

    python -m tests.benchmarks.formats [--rounds N]

The documents are generated. Figures are of process time, the median of several rounds that alternate.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from statistics import median

import feedparser
from rich.console import Console
from rich.table import Table
from tests.formats import examples

from copydesk import parse

WORDS = (
    "harbour council ferry minister budget talks river schools report said crossing winter market vote delay".split()
)
ENTRIES = 50
PARAGRAPHS = 18


def paragraph(chance: random.Random) -> str:
    words = " ".join(chance.choice(WORDS) for _ in range(60))
    return f'<p>{words} <a href="/x/{chance.random()}">more</a> <em>here</em>.</p>'


def full_content_feed() -> bytes:
    """Entries of about 9 kB, as WordPress writes them."""
    chance = random.Random(1)
    items = "".join(
        f"<item><title>Story {number} &amp; more</title><link>https://harbour.example/{number}</link>"
        f'<guid isPermaLink="false">h-{number}</guid><dc:creator><![CDATA[Ann Lee]]></dc:creator>'
        f"<pubDate>Fri, 11 Jul 2025 18:30:0{number % 10} +0530</pubDate><category>Sea</category>"
        f"<description><![CDATA[{paragraph(chance)}]]></description><content:encoded><![CDATA["
        f"{''.join(paragraph(chance) for _ in range(PARAGRAPHS))}]]></content:encoded></item>"
        for number in range(ENTRIES)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour</title>'
        f"{items}</channel></rss>"
    ).encode()


def rate(work: Callable[[], int], least_seconds: float = 0.5) -> float:
    """Of what ``work`` counts, per second of process time."""
    began, done = time.process_time(), 0
    while time.process_time() - began < least_seconds:
        done += work()
    return done / (time.process_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    feed = full_content_feed()
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(rate(lambda: len(parse(feed))))
        theirs.append(rate(lambda: len(feedparser.parse(feed).entries)))
    ratio = median(mine / its for mine, its in zip(ours, theirs, strict=True))
    table = Table("documents", "per cpu-second")
    table.add_row(f"feed entries of {len(feed) // ENTRIES:,} bytes", f"{median(ours):,.0f}")
    table.add_row("the same by feedparser", f"{median(theirs):,.0f} (1/{ratio:.1f})")
    body = "".join(paragraph(random.Random(2)) for _ in range(12)).replace('"', "'")
    for example in examples.EXAMPLES:
        if example.name not in ("newsml-g2", "newsml-1", "nitf", "ninjs", "dpa", "json-ld", "anpa", "iptc-7901"):
            continue
        marker = "<p>The ferry ran late.</p>"
        content = example.content.replace(marker, marker + body) if "<p>" in example.content else example.content
        document = content.replace("Die Fähre", "Die Fähre " + " ".join(WORDS * 40)).encode()

        def read(document: bytes = document) -> int:
            parse(document)
            return 1

        speed = median(rate(read, 0.2) for _ in range(rounds))
        table.add_row(f"{example.name} documents of {len(document):,} bytes", f"{speed:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
