from __future__ import annotations

import re
from importlib import resources

import pytest

from copydesk.newsdesk.app import STATIC
from copydesk.newsdesk.render import FACT_GROUPS

ROOM = resources.files("copydesk.newsdesk")
FILES = [*ROOM.joinpath("templates").iterdir(), *ROOM.joinpath("static").iterdir()]
CSS = ROOM.joinpath("static", "newsdesk.css").read_text(encoding="utf-8")

PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("link", "paper"), ("paper", "ink"),
    ("gone", "paper"), ("gone", "gone-paper"), ("paper", "gone"), ("ink", "target"), ("gone", "quote"),
    *(("ink", group) for group in FACT_GROUPS),
]  # fmt: skip


def _schemes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks)
    return {"light": light, "dark": dark}


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_text_can_be_read(scheme: str, front: str, back: str) -> None:
    """WCAG 2.2, level AA: a contrast of 4.5 to 1."""
    colours = _schemes()[scheme]
    dark, light = sorted((_luminance(colours[front]), _luminance(colours[back])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_both_schemes_have_the_same_colours() -> None:
    schemes = _schemes()
    assert schemes["light"].keys() == schemes["dark"].keys() >= FACT_GROUPS.keys()


def test_every_group_of_facts_has_its_rules() -> None:
    for group in FACT_GROUPS:
        assert f".{group} {{ background: var(--{group})" in CSS
        assert f"#show-{group}:not(:checked)) .text .{group}" in CSS


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_loaded_from_elsewhere(file) -> None:
    text = file.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "//" not in text, "an address of another host"
    assert not re.search(r"@import|url\(|<script|\son\w+=|\sstyle=|javascript:", text)
    # An address that begins with a slash leaves the path under which a proxy shows Airflow.
    assert not re.search(r"""(href|src|action)=["']/""", text)


def test_every_static_file_is_served() -> None:
    assert {file.name for file in ROOM.joinpath("static").iterdir()} == set(STATIC)
