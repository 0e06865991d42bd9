"""Annotators of others, by entry point: off by default, checked, beside our own."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from copydesk import annotate
from copydesk.errors import ConfigurationError
from copydesk.facts import annotators
from copydesk.facts.annotators import AnnotatorFailed, of_pipeline
from copydesk.model import Fact, FactType, FactValue

TEXT = "Olga Brelk sold the Grey Heron on Friday."


def pipeline():
    """A blank pipeline that knows ships."""
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "SHIP", "pattern": "Grey Heron"}, {"label": "PERSON", "pattern": "Brelk"}]
    )
    return of_pipeline(nlp, {"SHIP": FactType.ORGANISATION, "PERSON": FactType.PERSON})


def misplaced(text: str, **_: object) -> list[Fact]:
    return [Fact(FactType.PERSON, 3, 9, "nobody", FactValue(name="nobody"), "misplaced")]


def failing(text: str, **_: object) -> list[Fact]:
    raise RuntimeError("no memory")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a package had published them."""
    monkeypatch.setattr(f"{__name__}.ships", pipeline(), raising=False)
    monkeypatch.setitem(__import__("sys").modules, "a_package_of_annotators", __import__("sys").modules[__name__])
    known = [
        EntryPoint(name, f"a_package_of_annotators:{name}", annotators.GROUP)
        for name in ("ships", "misplaced", "failing")
    ]
    monkeypatch.setattr(annotators, "entry_points", lambda **chosen: EntryPoints(known).select(**chosen))
    annotators.enabled.cache_clear()
    yield
    annotators.enabled.cache_clear()


def found() -> dict[str, str]:
    return {fact.text: fact.rule for fact in annotate(TEXT, language="en", published="2025-07-13")}


@pytest.mark.usefixtures("installed")
def test_an_annotator_is_off_until_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    own = found()
    assert "Grey Heron" not in own
    monkeypatch.setenv("COPYDESK_ANNOTATORS", "ships")
    # The person is ours already.
    assert found() == own | {"Grey Heron": "pipeline.SHIP"}
    (ship,) = (fact for fact in annotate(TEXT, language="en") if fact.text == "Grey Heron")
    assert ship.value == {"name": "Grey Heron", "id": "grey heron"}
    assert TEXT[slice(*ship.sentence)] == TEXT


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("name", "message"), [("misplaced", "at 3"), ("failing", "RuntimeError: no memory")])
def test_what_an_annotator_does_wrong_names_it(monkeypatch: pytest.MonkeyPatch, name: str, message: str) -> None:
    monkeypatch.setenv("COPYDESK_ANNOTATORS", name)
    with pytest.raises(AnnotatorFailed, match=f"annotator {name} .*{message}"):
        found()


@pytest.mark.usefixtures("installed")
def test_an_unknown_annotator_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_ANNOTATORS", "ships, boats")
    with pytest.raises(ConfigurationError, match=r"boats.*there are: failing, misplaced, ships"):
        found()
