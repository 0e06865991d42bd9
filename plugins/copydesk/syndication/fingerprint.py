"""A sketch of a text, small enough for an index and good enough to estimate how much two texts share.

The text's word n-grams are hashed to 64 bits. The smallest hashes are a sample of the text's n-grams that is the same
in every copy (bottom-k sketch: Broder, On the resemblance and containment of documents, 1997).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b

SIZE = 96
"""Hashes in a sketch."""
WORDS = 4
MIN_SHARED = 6
"""Hashes that both must have: of a short and a long text few can be compared, and one may be a common phrase."""
# A character of a script that is written without spaces counts as a word.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]+")

_COMBINING = "\u0300"
"""The first combining character."""


def fingerprint(text: str) -> tuple[int, ...]:
    """The sketch: up to :data:`SIZE` signed 64-bit hashes, ascending. Empty for a text without words.

    Case, accents, punctuation and white space make no difference.
    """
    folded = unicodedata.normalize("NFKD", text.casefold())
    words = _WORD.findall("".join([c for c in folded if c < _COMBINING or not unicodedata.combining(c)]))
    if not words:
        return ()
    shingles = {" ".join(words[at : at + WORDS]) for at in range(max(1, len(words) - WORDS + 1))}
    return tuple(sorted(map(_hash, shingles))[:SIZE])


def similarity(a: Sequence[int], b: Sequence[int]) -> float:
    """The estimated share of the shorter text's n-grams that the other has too (containment), 0 to 1, of two sketches.

    Only hashes up to the smaller of both sketches' largest were kept by both, so only these are compared.
    """
    if not a or not b:
        return 0.0
    limit = min(_reach(a), _reach(b))
    left, right = a[: bisect_right(a, limit)], b[: bisect_right(b, limit)]
    shared = len(set(left).intersection(right))
    return shared / min(len(left), len(right)) if shared >= MIN_SHARED else 0.0


def _reach(sketch: Sequence[int]) -> int:
    """Up to which hash the sketch is complete: a text of few n-grams keeps all of them."""
    return sketch[-1] if len(sketch) >= SIZE else (1 << 63) - 1


def _hash(shingle: str) -> int:
    return int.from_bytes(blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
