"""What one of many brings down costs only itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from copydesk.errors import CopydeskError

log = logging.getLogger(__name__)

Part = TypeVar("Part")
Result = TypeVar("Result")


def divided(
    parts: Sequence[Part], do: Callable[[Sequence[Part]], Result], refuse: Callable[[Part, Exception], Result]
) -> list[Result]:
    """Do something with all parts, of which there is one at least, at once; where that fails for no known reason, with
    either half of them, and so on.

    A part that fails by itself is refused. What is done is done in order, and must leave nothing behind where it fails.
    Errors that Copydesk raises on purpose are not about one part, and are passed on.
    """
    try:
        return [do(parts)]
    except CopydeskError:
        raise
    except Exception as error:
        if len(parts) == 1:
            log.exception("a bug in Copydesk")
            return [refuse(parts[0], error)]
        log.warning(
            "of %s together, one or more fail (%s: %s); now in two parts", len(parts), type(error).__name__, error
        )
        middle = len(parts) // 2
        return [result for half in (parts[:middle], parts[middle:]) for result in divided(half, do, refuse)]
