"""The public names of the package, each imported when it is first used."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

import copydesk


def run(code: str) -> None:
    """In a process that has imported nothing yet."""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", copydesk.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert not isinstance(getattr(copydesk, name), ModuleType)
    assert getattr(copydesk, name).__module__.startswith("copydesk.")


def test_a_function_stays_where_its_package_has_the_same_name() -> None:
    run("import copydesk, copydesk.extract; assert callable(copydesk.extract)")
    run("import copydesk.facts, copydesk.extract; from copydesk import annotate, extract; assert callable(extract)")


def test_other_names_are_said_not_to_be_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'refined'"):
        _ = copydesk.refined  # type: ignore[attr-defined]
    assert set(copydesk.__all__) <= set(dir(copydesk))
