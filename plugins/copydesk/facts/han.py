"""Numbers in Chinese characters and with Hangul units: 三百万, 3万5000, 1억 2천만, 四分之三.

Every unit multiplies what stands before it; 万, 亿 and 兆 close a group of four digits.
"""

from __future__ import annotations

import re

HAN_LANGUAGES = frozenset({"zh", "ja", "ko"})
_DIGIT_SIGNS = (
    "〇零영공",
    "一壹壱일",
    "二两兩贰貳弐이",
    "三叁參参삼",
    "四肆사",
    "五伍오",
    "六陆陸육륙",
    "七柒칠",
    "八捌팔",
    "九玖구",
)
_DIGITS = {sign: value for value, signs in enumerate(_DIGIT_SIGNS) for sign in signs}
_SMALL = {sign: 10**power for power, signs in ((1, "十拾십"), (2, "百佰백"), (3, "千仟천")) for sign in signs}
_GREAT = {sign: 10**power for power, signs in ((4, "万萬만"), (8, "亿億억"), (12, "兆조")) for sign in signs}
NUMERALS = "\\d" + "".join(sign for sign in (*_DIGITS, *_SMALL, *_GREAT) if sign > "\u3000" and sign < "가")
"""Chinese numerals, for a class of a regular expression."""
_COUNTERS = "个個名人位只隻艘架辆輛枚件起所座次"
_HANGUL_COUNTERS = "명|개|원|퍼센트|달러|세|살|건|대|곳|년|위안|엔|유로|킬로|미터|톤|분의"
_HANGUL_PARTICLES = "은|는|이|가|을|를|입니다|이다|에|의|로|으로|와|과|도|만"
_NATIVE_TENS = {
    "열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90,
}  # fmt: skip
_NATIVE = {
    "하나": 1, "한": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "넷": 4, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7,
    "여덟": 8, "아홉": 9,
}  # fmt: skip
"""Korean's own numerals, for what is counted one by one."""
_PARTS = "分之|分の|분의"
_POINT = "点點"
_FIGURES = r"\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|\d+(?:[.．]\d+)?"


def han_pattern(code: str) -> str:
    """A regular expression without named groups. Characters alone count from two of them that hold a unit: 三 alone
    is a part of too many words. 四分之三 and 4分の3 are parts: what is divided stands last."""
    if code == "ko":
        digit, unit = "[일이삼사오육륙칠팔구]", "[십백천만억조]"
        figures = rf"(?:{_FIGURES})(?:{unit}+(?:\s?(?:{_FIGURES})(?={unit})|(?:{_FIGURES}))?)*"
        end = rf"(?=\s?(?:{_HANGUL_COUNTERS})|(?:{_HANGUL_PARTICLES})?(?![가-힣]))"
        spelled = rf"(?<![가-힣])(?:{digit}{unit}|십{digit})(?:\s?(?:{digit}|{unit}))*{end}"
        native = rf"(?<![가-힣])(?:(?:{'|'.join(_NATIVE_TENS)})(?:{'|'.join(_NATIVE)})?|(?:{'|'.join(_NATIVE)}))"
        whole = rf"(?:{figures}|{spelled}|{native}(?=\s?(?:{_HANGUL_COUNTERS}|번째)))"
    else:
        digit = "[" + "".join(sign for sign in _DIGITS if sign > "\u3000" and sign < "가") + "]"
        unit = "[十拾百佰千仟万萬亿億兆]"
        point = rf"(?:[{_POINT}]{digit}+)?"
        spelled = (
            rf"(?:{digit}{unit}|[十拾]{digit}|[百千]{digit}{unit})(?:{digit}|{unit})*{point}|{digit}[{_POINT}]{digit}+"
        )
        counted = rf"(?:{digit}|[十百千])(?=[{_COUNTERS}])|{digit}(?=[割成](?![功为為員员]))|(?<=分之){digit}"
        figures = rf"(?:{_FIGURES})(?:{unit}+(?:{_FIGURES})?)*"
        whole = rf"(?:{figures}|{spelled}|{counted})"
    one = rf"(?:{whole}|{digit}|{unit}(?=\s?(?:{_PARTS})))"
    return rf"(?:{one}\s?(?:{_PARTS})\s?(?:{whole}|{digit})|{whole})"


def parse_han(surface: str) -> float | None:
    """The value of what :func:`han_pattern` matched."""
    if native := _NATIVE_NUMBER.fullmatch(surface):
        return float(_NATIVE_TENS.get(native[1] or "", 0) + _NATIVE.get(native[2] or "", 0))
    below, parts, above = re.sub(rf"\s?({_PARTS})\s?", "|", surface).partition("|")
    if parts:
        divisor, part = _parse(below), _parse(above)
        return round(part / divisor, 9) if divisor else None
    return _parse(surface)


_NATIVE_NUMBER = re.compile(rf"({'|'.join(_NATIVE_TENS)})?({'|'.join(_NATIVE)})?")


def _parse(surface: str) -> float:
    whole, point, decimals = re.sub(f"[{_POINT}]", "|", surface).partition("|")
    if point:
        return float(f"{_parse(whole):.0f}." + "".join(str(_DIGITS[sign]) for sign in decimals if sign in _DIGITS))
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
            group += pending or 0
            # 一万五千亿 is 15,000 times 亿: a greater unit multiplies all before it.
            total = (total + group) * _GREAT[sign] if 0 < total < _GREAT[sign] else total + (group or 1) * _GREAT[sign]
            group, pending = 0.0, None
    return round(total + group + (pending or 0), 6)
