"""Throw damaged documents at the parser, for as long as you like: ``python -m tests.formats.fuzz --inputs 200000``.

The documents are the examples of all formats and, where they are there, the feeds of ``../shared/corpora``; each input is
one of them with a few bytes replaced, removed, repeated, swapped or taken from another. Any exception outside
``copydesk.errors``, and any input that takes longer than five seconds, is written to ``--save`` and counted.
"""

from __future__ import annotations

import argparse
import collections
import pathlib
import random
import sys
import time
import traceback

from tests.formats.examples import EXAMPLES, payload
from tests.formats.test_every_format import DICTIONARY, fit_to_load

from copydesk.errors import CopydeskError
from copydesk.formats import read

SLOW_SECONDS = 5


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--inputs", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--feeds", type=pathlib.Path, default=pathlib.Path("../shared/corpora/feeds"))
    options.add_argument("--save", type=pathlib.Path, help="where failing inputs are written")
    chosen = options.parse_args()
    chance = random.Random(chosen.seed)
    documents = [example.content.encode() for example in EXAMPLES]
    files = sorted(path for path in chosen.feeds.rglob("*") if path.is_file() and path.stat().st_size < 40_000)
    documents += [path.read_bytes() for path in files]
    outcomes: collections.Counter[str] = collections.Counter()
    for number in range(chosen.inputs):
        content = mutated(chance, documents)
        clock = time.process_time()
        outcome = verdict(content)
        if time.process_time() - clock > SLOW_SECONDS:
            outcome = "SLOW"
        if outcome not in ("items", "none", "refused") and chosen.save:
            chosen.save.mkdir(parents=True, exist_ok=True)
            (chosen.save / f"{chosen.seed}-{number}").write_bytes(content)
        outcomes[outcome] += 1
    print(f"{chosen.inputs:,} inputs from {len(documents):,} documents, seed {chosen.seed}: {dict(outcomes)}")
    sys.exit(any(outcome not in ("items", "none", "refused") for outcome in outcomes))


def verdict(content: bytes) -> str:
    try:
        parsed = read(payload(content))
        if not all(fit_to_load(item) for item in parsed.items):
            return "UNFIT"
    except CopydeskError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        frame = traceback.extract_tb(error.__traceback__)[-1]
        print(f"{type(error).__name__}: {error} at {frame.filename}:{frame.lineno}", file=sys.stderr)
        return type(error).__name__
    return "items" if parsed.items else "none"


def mutated(chance: random.Random, documents: list[bytes]) -> bytes:
    content = bytearray(chance.choice(documents))
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(content) + 1)
        length = chance.choice((0, 1, 2, 8, 64))
        kind = chance.randrange(7)
        if kind == 0:
            content[at : at + length] = chance.randbytes(length)
        elif kind == 1:
            content[at : at + length] = b""
        elif kind == 2:
            content[at:at] = content[at : at + length] * chance.choice((1, 2, 50))
        elif kind == 3:
            content[at:at] = chance.choice(DICTIONARY)
        elif kind == 4:
            other = chance.choice(documents)
            start = chance.randrange(len(other) + 1)
            content[at : at + length] = other[start : start + 200]
        elif kind == 5:
            del content[at:]
        elif content:
            content[at % len(content)] ^= 1 << chance.randrange(8)
    return bytes(content)


if __name__ == "__main__":
    main()
