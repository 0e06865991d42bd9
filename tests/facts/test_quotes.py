"""Who said what, in their words and in the reporter's."""

from __future__ import annotations

import time

import pytest

from copydesk import annotate
from copydesk.model import Fact, FactType


def quotes(text: str, code: str = "en") -> list[Fact]:
    found = [fact for fact in annotate(text, language=code) if fact.type is FactType.QUOTE]
    assert all(text[fact.start : fact.end] == fact.text for fact in found)
    return found


def told(text: str, code: str = "en") -> list[tuple[str, str, str | None]]:
    """Mode, content, and the speaker's words."""
    return [
        (fact.value["mode"], fact.value["content"], fact.value.get("speaker", {}).get("text"))
        for fact in quotes(text, code)
    ]


@pytest.mark.parametrize(
    ("text", "content", "speaker"),
    [
        ("“We closed it,” Jo Quill said. “It was not safe.”", "We closed it, It was not safe.", "Jo Quill"),
        ("“We closed it,” said Jo Quill, the mayor, “since it shook.”", "We closed it, since it shook.", "Jo Quill"),
        ("''We closed the pier,'' Mr. Quill said.", "We closed the pier,", "Mr. Quill"),
        ('“We closed the pier," she said.', "We closed the pier,", "she"),
        ("Jo Quill continued:\n\n“We closed the pier at noon.”", "We closed the pier at noon.", "Jo Quill"),
        ("“No,” Jo Quill said.", "No,", "Jo Quill"),
        ("“We closed the pier,” Jo Quill thundered.", "We closed the pier,", "Jo Quill"),
        ("Jo Quill came. He said. “We closed the pier at noon”.", "We closed the pier at noon", "He"),
        ("“We closed the pier,” said the mayor of Port Ellis, Jo Quill.", "We closed the pier,", "Jo Quill"),
        ("Jo Quill, mayor of Port Ellis, said: “We closed the pier.”", "We closed the pier.", "Jo Quill"),
    ],
)
def test_direct(text: str, content: str, speaker: str) -> None:
    assert told(text) == [("direct", content, speaker)]


@pytest.mark.parametrize(
    ("code", "text", "speaker"),
    [
        ("ar", 'أغلق الميناء. "سنصلح الميناء قبل الشتاء"، قال أحمد علي.', "أحمد علي"),
        ("ja", "「冬の前に修理する」と山田太郎氏は述べた。", "山田太郎氏"),
        ("pl", "„Naprawimy port przed zimą” – powiedział Jan Kowalski.", "Jan Kowalski"),
        ("ru", "«Мы отремонтируем порт до зимы», — сказал Иван Петров.", "Иван Петров"),
        ("tr", '"Limanı kıştan önce onaracağız" dedi Ali Demir.', "Ali Demir"),
        ("zh", "王小明说:“我们将在冬天之前修好码头。”", "王小明"),
    ],
)
def test_speakers_in_other_scripts_and_orders(code: str, text: str, speaker: str) -> None:
    [quote] = quotes(text, code)
    assert (quote.value["mode"], quote.value["speaker"]["text"]) == ("direct", speaker)


def test_a_paragraph_that_is_left_open_goes_on_in_the_next() -> None:
    text = "“We closed the pier at noon, Jo Quill said, and then we waited.\n\n“Nobody came to repair it.”"
    [quote] = quotes(text)
    assert quote.text == text


def test_a_paragraph_of_speech_alone_is_by_who_spoke_before() -> None:
    first, second = quotes("“We closed it at noon,” Jo Quill said.\n\n“Nobody came to repair it.”")
    assert first.value["speaker"] == second.value["speaker"]
    assert second.confidence < first.confidence


@pytest.mark.parametrize(
    ("code", "text", "mode", "content", "speaker"),
    [
        ("en", "Jo Quill said the pier would stay closed.", "indirect", "the pier would stay closed", "Jo Quill"),
        ("en", "Jo Quill, the mayor, told reporters on Friday that it would “never open again”.", "mixed",
         "it would “never open again", "Jo Quill"),
        ("en", "The pier will stay closed until May, the harbour police said.", "indirect",
         "The pier will stay closed until May", "the harbour police"),
        ("en", "The pier will stay closed, said the mayor of Port Ellis, Jo Quill.", "indirect",
         "The pier will stay closed", "Jo Quill"),
        ("en", "According to the mayor, Jo Quill, the pier shook twice.", "indirect", "the pier shook twice", "Jo Quill"),
        ("en", "When she said that the pier had shaken twice, everybody left.", "indirect",
         "the pier had shaken twice", "she"),
        ("en", "Officials said that the pier was closed; the ferry left.", "indirect", "the pier was closed", "Officials"),
        ("pt", "A prefeita Ana Sá disse que o cais ficaria fechado.", "indirect", "o cais ficaria fechado",
         "A prefeita Ana Sá"),
        ("es", "El muelle seguirá cerrado, informaron las autoridades.", "indirect", "El muelle seguirá cerrado",
         "las autoridades"),
        ("fr", "D’après l’AFP, qui cite la mairie, le quai restera fermé lundi.", "indirect",
         "le quai restera fermé lundi", "l’AFP"),
        ("de", "Eva Öhm sagte, dass der Kai gesperrt bleibt.", "indirect", "der Kai gesperrt bleibt", "Eva Öhm"),
    ],
)  # fmt: skip
def test_in_the_reporters_words(code: str, text: str, mode: str, content: str, speaker: str) -> None:
    assert told(text, code) == [(mode, content, speaker)]


@pytest.mark.parametrize(
    "text",
    [
        "Jo Quill could not say that the pier was safe.",
        "The “green” pier and the “old new harbour” are closed.",
        "They asked about the pier on Monday.",
        "The economy is adding roughly nine hundred jobs a month.",
    ],
)
def test_nobody_said_anything(text: str) -> None:
    assert quotes(text) == []


def test_a_speaker_has_the_words_of_the_text_and_a_name() -> None:
    text = "Jo Quill came at noon. “We closed the pier,” he said."
    [quote] = quotes(text)
    assert quote.value["speaker"] == {"text": "he", "start": 45, "end": 47, "name": "Jo Quill"}


@pytest.mark.parametrize(
    "text",
    [
        "“A b c d e,” he said. " * 3000,
        "Jo Quill said “x " * 4000,
        ", he said " * 8000,
        "Jo Quill said that " * 4000,
        "''a'a'a" * 5000,
        "“We must go now,” said Jo Quill.\n" * 3000,
    ],
)
def test_speech_without_end_takes_no_time_without_end(text: str) -> None:
    begun = time.process_time()
    quotes(text)
    assert time.process_time() - begun < 10
