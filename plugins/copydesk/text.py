"""Text as Postgres can hold it."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what no text has and Postgres can't hold: NULs go, halves of surrogate pairs are replaced."""
    if "\x00" in text or "\r" in text:
        text = text.replace("\x00", "").replace("\r\n", "\n")
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
