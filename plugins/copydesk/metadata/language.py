"""The language of a text: by py3langid, with what is known of news; script and variant where the text shows them.

py3langid weighs all languages alike. News is written in those with a daily press, so the others have to be clearly
likelier: ``data/languages.toml``.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

import tomli

MIN_LETTERS = 12
"""Below this a text says too little about its language."""
MIN_CONFIDENCE = 0.3
"""Of an answer. Half of a headline's words may be names."""
SAMPLE = 1_000
"""Characters that are looked at; of 3,800 documents in 43 languages more changed the answer on none."""
_RANKED = 8
_PROBE = 250
"""Characters of which the language is asked where a text may be of two."""
_PROBES = 5
_SURE_OF_PART = 0.98
_MIN_TELLING, _TELLING_MORE = 4, 4
"""Telling words that show a part's language, and how many times as many they are as those of other languages."""
_CONSIDERABLE = 0.2
"""Share of a text that is no quotation any more."""
_SCRIPT_SAMPLE = 60
"""Letters that tell the script."""
_MIN_SIGNS = 2
_MUCH_MORE = 3
_DENSE = "\u3040"
"""From here on, scripts need fewer letters to say something."""


@dataclass(frozen=True, slots=True)
class Identified:
    """A text's language."""

    tag: str
    """BCP 47; with the script or the variant where it isn't the usual one or the text shows which it is."""
    confidence: float


def identify_language(text: str) -> str | None:
    """The BCP 47 tag of the text's language; ``None`` for a text that is too short or not sure enough.

    Script and variant are part of it where the text shows them: ``zh-Hant``, ``sr-Latn``, ``pt-BR``.
    """
    found = identify(text)
    return found.tag if found else None


def identify(text: str) -> Identified | None:
    """The most probable language of a text, by its beginning."""
    sample = text[:SAMPLE]
    found = _likeliest(sample)
    if found is None:
        return None
    code, confidence = found
    return Identified(_variant(code, sample) or _with_script(code, sample), round(confidence, 4))


def _likeliest(sample: str) -> tuple[str, float] | None:
    """The most probable language subtag, and how sure that is."""
    letters = islice(filter(str.isalpha, sample), MIN_LETTERS)
    if len(list(letters)) < MIN_LETTERS and not any(c >= _DENSE for c in sample):
        return None
    weights: dict[str, float] = {}
    for code, probability in islice(_identifier().rank(sample), _RANKED):
        name = _data().written_as.get(str(code), str(code))
        weights[name] = weights.get(name, 0.0) + float(probability) * _data().prior(name)
    code = max(weights, key=weights.__getitem__)
    near = next((group for group in _data().near if code in group), {code})
    confidence = sum(weights.get(name, 0.0) for name in near) / (sum(weights.values()) or 1.0)
    return (code, confidence) if confidence >= MIN_CONFIDENCE else None


def other_language(text: str, tag: str) -> Identified | None:
    """Another language that a considerable part of the text is in; ``None`` where all of it is in ``tag``.

    Looked for in a few places; where one shows another language, every paragraph is asked, and it has to be the
    language of a fifth of the text.
    """
    if len(text) < 2 * _PROBE:
        return None
    step = max(_PROBE, (len(text) - _PROBE) // _PROBES)
    probes = (text[at : at + _PROBE] for at in range(0, len(text) - _PROBE + 1, step))
    if not any(_other(probe, tag) for probe in probes):
        return None
    sizes: dict[str, int] = {}
    sure: dict[str, float] = {}
    for part in _parts(text):
        if found := _other(part, tag):
            code, confidence = found
            sizes[code] = sizes.get(code, 0) + len(part)
            sure[code] = max(sure.get(code, 0.0), confidence)
    code = max(sizes, key=sizes.__getitem__, default="")
    return Identified(code, round(sure[code], 4)) if sizes and sizes[code] >= _CONSIDERABLE * len(text) else None


def _other(part: str, tag: str) -> tuple[str, float] | None:
    """What a part of the text is clearly in, where that is another language than ``tag``."""
    sample = part[:SAMPLE]
    if _shows(sample, tag):
        return None
    code, _ = _identifier().classify(sample)
    if code in _data().press and same_language(code, tag):
        return None  # what is known of news makes it likelier still
    found = _likeliest(sample)
    return found if found and found[1] >= _SURE_OF_PART and not same_language(found[0], tag) else None


def _shows(sample: str, tag: str) -> bool:
    """Whether short words all over a text show at once that it is in a language; ``False`` where they don't, whatever
    it is in."""
    languages = [_data().telling.get(word) for word in sample.lower().split()]
    code, third = primary(tag), -(-len(languages) // 3)
    mine, others = languages.count(code), sum(language not in (code, None) for language in languages)
    return (
        mine >= _MIN_TELLING
        and mine >= _TELLING_MORE * others
        and all(code in languages[at : at + third] for at in range(0, len(languages), third))
    )


def _parts(text: str) -> Iterator[str]:
    """The text's paragraphs; short ones together, for they say too little alone."""
    part = ""
    for line in text.splitlines():
        part += f"{line}\n"
        if len(part) >= _PROBE:
            yield part
            part = ""
    yield part


def same_language(tag: str, other: str) -> bool:
    """Whether two tags name one language, or two so near to each other that a text may pass for either."""
    one, two = (_data().written_as.get(code, code) for code in (primary(tag), primary(other)))
    return one == two or any({one, two} <= group for group in _data().near)


def primary(tag: str) -> str:
    """The language subtag of a BCP 47 tag: ``pt`` of ``pt-BR``."""
    return tag.replace("_", "-").split("-")[0].lower()


def _variant(code: str, sample: str) -> str | None:
    """The variant of which a text has the signs, and hardly any of another's."""
    variants = _data().variants.get(code)
    if not variants:
        return None
    shown = set(sample) if variants.letters else {word.strip(".,;:!?()\"“”'") for word in sample.lower().split()}
    counts = Counter({tag: len(shown & signs) for tag, signs in variants.signs.items()})
    (best, most), *others = counts.most_common()
    return best if most >= _MIN_SIGNS and all(most >= _MUCH_MORE * count for _, count in others) else None


def _with_script(code: str, sample: str) -> str:
    """The tag with the script that the text is in, where that is not the language's usual one."""
    scripts = Counter(
        _SCRIPTS.get(unicodedata.name(letter, "").partition(" ")[0]) for letter in _letters(sample)
    ).most_common(1)
    usual = _usual_script(code)
    script = scripts[0][0] if scripts else None
    return f"{code}-{script}" if script and usual in _SCRIPTS.values() and script != usual else code


def _letters(sample: str) -> list[str]:
    return list(islice(filter(str.isalpha, sample), _SCRIPT_SAMPLE))


_SCRIPTS = {"LATIN": "Latn", "CYRILLIC": "Cyrl", "ARABIC": "Arab", "DEVANAGARI": "Deva", "GURMUKHI": "Guru"}
"""ISO 15924 codes of scripts that share languages with others, by the first word of their letters' names."""


@cache
def _usual_script(code: str) -> str | None:
    """CLDR's likely script of a language."""
    from babel.core import get_global

    likely = str(get_global("likely_subtags").get(code, "")).split("_")
    return likely[1] if len(likely) == 3 else None


@dataclass(frozen=True, slots=True)
class _Variants:
    letters: bool
    """Whether the signs are letters, rather than words."""
    signs: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Languages:
    press: frozenset[str]
    without_press: float
    written_as: Mapping[str, str]
    near: tuple[frozenset[str], ...]
    telling: Mapping[str, str]
    """Short words with the one language that they show."""
    variants: Mapping[str, _Variants]

    def prior(self, code: str) -> float:
        return 1.0 if code in self.press else self.without_press


@cache
def _data() -> _Languages:
    data: dict[str, Any] = tomli.loads(files("copydesk.metadata").joinpath("data/languages.toml").read_text("utf-8"))
    return _Languages(
        press=frozenset(data["press"].split()),
        without_press=data["without_press"],
        written_as=data["written_as"],
        near=tuple(frozenset((code, *others)) for code, others in data["near"].items()),
        telling={word: code for code, words in data["telling"].items() for word in words.split()},
        variants={
            code: _Variants(
                letters := bool(table.get("letters")),
                {
                    tag: frozenset(signs if letters else signs.split())
                    for tag, signs in table.items()
                    if isinstance(signs, str)
                },
            )
            for code, table in data["variants"].items()
        },
    )


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
