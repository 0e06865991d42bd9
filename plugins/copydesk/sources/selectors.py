"""What a source knows of its pages: CSS selectors of what to keep and what to drop, for outlets that need a hand."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _selector(value: str) -> str:
    import soupsieve

    try:
        soupsieve.compile(value)
    except (soupsieve.SelectorSyntaxError, NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(f"{value!r} is no CSS selector: {str(error).splitlines()[0]}") from error
    return value


Selector = Annotated[str, AfterValidator(_selector)]


class Selectors(BaseModel):
    """What a source knows of its pages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    keep: tuple[Selector, ...] = ()
    """The elements that hold the article's text; all of their text is it. Empty: it is looked for."""
    drop: tuple[Selector, ...] = ()
    """Elements that are no part of it."""
    date: Selector | None = None
    """The element that shows the time of publication."""
    date_formats: tuple[str, ...] = ()
    """How it is written there, as :meth:`datetime.datetime.strptime` takes it."""
