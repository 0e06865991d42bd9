"""The tables of ``repair.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def rules() -> dict[str, Any]:
    return tomllib.loads(files("copydesk.repair").joinpath("repair.toml").read_text("utf-8"))
