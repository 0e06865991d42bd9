"""Characters a cpu-second of strip(), over invented articles that end as articles of a dozen languages do.

    python -m tests.benchmarks.texts [--articles 600] [--rounds 5]

The first round is that of a new process: tables are read and patterns compiled when the first text needs them.
"""

from __future__ import annotations

import argparse
import random
import time
from statistics import median

from tests.boilerplate.test_strip import FOREIGN, TAILS
from tests.extract.pages import PARAGRAPHS

from copydesk.boilerplate import strip


def articles(count: int) -> list[tuple[str, str]]:
    """Texts of about 2,000 characters with the code of the language of their last lines."""
    chance = random.Random(1)
    endings = FOREIGN | {"en": list(TAILS)}
    found = []
    for number in range(count):
        code = chance.choice(list(endings))
        lines = [f"{chance.choice(PARAGRAPHS)} {number + at}." for at in range(18)]
        found.append(("\n".join([*lines, *chance.sample(endings[code], 1)]), code))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    texts = articles(options.articles)
    size = sum(len(text) for text, _ in texts)
    seconds = []
    for _ in range(options.rounds + 1):
        began = time.process_time()
        taken = sum(len(strip(text, language=code).removals) for text, code in texts)
        seconds.append(time.process_time() - began)
    print(f"{len(texts)} texts of {size // len(texts):,} characters, {taken} removals")
    print(f"first round   {size / seconds[0] / 1e6:6.2f} M characters a cpu-second")
    print(f"later rounds  {size / median(seconds[1:]) / 1e6:6.2f} M characters a cpu-second (median)")


if __name__ == "__main__":
    main()
