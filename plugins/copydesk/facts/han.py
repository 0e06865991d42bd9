"""Numbers in Chinese characters and with Hangul units: 三百万, 3万5000, 1억 2천만.

Every unit multiplies what stands before it; 万, 亿 and 兆 close a group of four digits.
"""

from __future__ import annotations

import re

HAN_LANGUAGES = frozenset({"zh", "ja", "ko"})
_DIGITS = {sign: value for value, signs in enumerate(("〇零", "一", "二两兩", "三", "四", "五", "六", "七", "八", "九"))
           for sign in signs}  # fmt: skip
_SMALL = {"十": 10, "百": 100, "千": 1000, "십": 10, "백": 100, "천": 1000}
_GREAT = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12, "만": 10**4, "억": 10**8, "조": 10**12}
_COUNTERS = "个個名人位只隻艘架辆輛枚件起所座次"
_FIGURES = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:[.．]\d+)?"


def han_pattern(code: str) -> str:
    """A regular expression without named groups. Characters alone count from two of them that hold a unit: 三 alone
    is a part of too many words."""
    if code == "ko":
        unit = "[십백천만억조]"
        return rf"(?:(?:{_FIGURES})(?:{unit}+(?:\s?(?:{_FIGURES})(?={unit})|(?:{_FIGURES}))?)*)"
    unit, digit = "[十百千万萬亿億兆]", "[〇零一二两兩三四五六七八九]"
    spelled = rf"(?:{digit}{unit}|十{digit})(?:{digit}|{unit})*|(?:{digit}|十)(?=[{_COUNTERS}])"
    return rf"(?:(?:{_FIGURES})(?:{unit}+(?:{_FIGURES})?)*|{spelled})"


def parse_han(surface: str) -> float | None:
    """The value of what :func:`han_pattern` matched."""
    total = group = 0.0
    pending: float | None = None
    for match in re.finditer(rf"{_FIGURES}|\S", surface):
        sign = match[0]
        if sign[0].isdigit():
            pending = float(re.sub("[,，]", "", sign).replace("．", "."))
        elif sign in _DIGITS:
            pending = (pending or 0) * 10 + _DIGITS[sign] if pending is not None and not group else _DIGITS[sign]
        elif sign in _SMALL:
            group += (1 if pending is None else pending) * _SMALL[sign]
            pending = None
        elif sign in _GREAT:
            total += (group + (pending or 0) or 1) * _GREAT[sign]
            group, pending = 0.0, None
    return round(total + group + (pending or 0), 6)
