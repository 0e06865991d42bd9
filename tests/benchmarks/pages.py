"""Pages a cpu-second of our extractor and of trafilatura with metadata, page by page in turn; median of the ratios.

    python -m tests.benchmarks.pages [FILE.jsonl.xz …]

Without files, over invented pages with the furniture of real ones; with files, over the pages in them (a JSON object a
line, with ``html`` and ``url``).
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.extract.pages import MENU, PARAGRAPHS, TEASERS, page

from copydesk.errors import NoText
from copydesk.extract import extract


def invented(count: int = 60) -> Iterator[tuple[str, str]]:
    chance = random.Random(1)
    for number in range(count):
        body = "".join(f"<p class='text-{n % 3}'>{chance.choice(PARAGRAPHS)} {n}.</p>" for n in range(12 + number % 30))
        menus = "".join(f"<div class='menu-{n}'><ul>{MENU * 6}</ul></div>" for n in range(8))
        script = "<script>" + "var data = {a: [1, 2, 3]};" * 3000 + "</script>"
        html = page(body, before=menus, after=TEASERS * 8, head=script)
        yield html, f"https://harbour-gazette.example/2026/05/08/{number}"


def given(files: list[Path]) -> Iterator[tuple[str, str]]:
    for file in files:
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            yield from ((row["html"], row["url"]) for row in map(json.loads, lines) if "html" in row)


def main() -> None:
    import trafilatura

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()

    def ours(html: str, url: str) -> None:
        try:
            extract(html, url=url)
        except NoText:
            return

    def theirs(html: str, url: str) -> None:
        trafilatura.bare_extraction(html, url=url, with_metadata=True, include_comments=False)

    pages = list(given(options.files) if options.files else invented())
    for html, url in pages[:3]:
        ours(html, url)
        theirs(html, url)
    spent: list[tuple[float, float]] = []
    for number, (html, url) in enumerate(pages):
        times = [0.0, 0.0]
        for which in (0, 1) if number % 2 else (1, 0):
            began = time.process_time()
            (ours, theirs)[which](html, url)
            times[which] = time.process_time() - began
        spent.append((times[0], times[1]))
    first, second = sum(a for a, _ in spent), sum(b for _, b in spent)
    print(f"{len(pages)} pages, {sum(len(html) for html, _ in pages) / len(pages) / 1000:.0f} kB each")
    print(f"copydesk     {len(pages) / first:8.1f} pages a cpu-second, slowest {max(a for a, _ in spent):.3f} s")
    print(f"trafilatura  {len(pages) / second:8.1f} pages a cpu-second, slowest {max(b for _, b in spent):.3f} s")
    print(f"ratio {second / first:.1f} in all, {median(b / a for a, b in spent if a):.1f} in the median page")


if __name__ == "__main__":
    main()
