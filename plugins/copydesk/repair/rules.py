"""The tables of ``repair.toml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import tomli


@cache
def rules() -> dict[str, Any]:
    return tomli.loads(files("copydesk.repair").joinpath("repair.toml").read_text("utf-8"))
