"""The language of a text, by py3langid."""

from __future__ import annotations

from functools import cache
from typing import Any

MIN_LETTERS = 12
"""Below this a text says too little about its language."""
MIN_CONFIDENCE = 0.5
_SAMPLE = 4_000
"""Characters that are looked at; more does not change the answer."""


def identify_language(text: str) -> str | None:
    """The BCP 47 code of the text's language; ``None`` for a text that is too short or not sure enough."""
    code, confidence = rank_language(text)
    return code if confidence >= MIN_CONFIDENCE else None


def rank_language(text: str) -> tuple[str | None, float]:
    """The most probable language and its probability."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < MIN_LETTERS and not any(c >= "\u3040" for c in sample):
        return None, 0.0
    code, confidence = _identifier().classify(sample)
    return str(code), float(confidence)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
