"""What is learned from a source's articles: furniture goes, news stays, whatever shape either has."""

from __future__ import annotations

import json
import lzma
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from tests.boilerplate.simulated import START, Memory, Story, Words, lines, stories

from copydesk.boilerplate.learned import words_of
from copydesk.boilerplate.recurring import Block, Status
from copydesk.boilerplate.sightings import look_at
from copydesk.model import Article, Item

DOORMAT = "The Harbour Post lands on island doormats every morning of the week."
TOWER = "Harbour Tower, Quay Street: where islanders look things up."
PHRASE = "Norland has fought Sudmark over the strait since 2022."


def same_story(count: int, names: Sequence[str] = ("norland", "sudmark", "strait", "fought")) -> list[Story]:
    """Articles on one running story, filed an hour or a few days apart."""
    return list(stories(count, seed=40, subject=[*Words(41).subject()[:16], *names]))


def learned_from(texts: Sequence[tuple[Story, str]]) -> tuple[Memory, list[Article]]:
    memory = Memory()
    articles = []
    for number, (story, text) in enumerate(texts, 1):
        story = replace(story, number=number, published=START + timedelta(hours=2 * number))
        articles.append(memory.read(story, text))
    return memory, articles


def first_without(articles: Sequence[Article], line: str, texts: Sequence[str]) -> int | None:
    """How many articles with the line came before the first from which it was removed."""
    having = [article for article, text in zip(articles, texts, strict=True) if line in text]
    return next((index for index, article in enumerate(having) if line not in article.text), None)


def check(texts: Sequence[tuple[Story, str]], *, goes: Sequence[str] = (), stays: Sequence[str] = ()) -> Memory:
    memory, articles = learned_from(texts)
    bodies = [text for _, text in texts]
    for line in goes:
        found = first_without(articles, line, bodies)
        assert found is not None, line
        assert found <= 20, line
    for line in stays:
        assert sum(line in body for body in bodies) > 3
        assert first_without(articles, line, bodies) is None, line
    for article, body in zip(articles, bodies, strict=True):
        assert article.source_text() == body
    return memory


def test_a_footer_is_found_and_what_the_articles_say_stays() -> None:
    check([(story, lines(story, DOORMAT)) for story in stories(40)], goes=[DOORMAT])


def test_a_footer_that_changes_is_found_again() -> None:
    moved = "We moved: call at Bridge House, next to the lifeboat, for notices and lost umbrellas."
    texts = [(story, lines(story, DOORMAT, TOWER if story.number < 60 else moved)) for story in stories(120)]
    check(texts, goes=[DOORMAT, TOWER, moved])


def test_a_footer_under_half_of_the_articles() -> None:
    check([(story, lines(story, *[DOORMAT] * (story.number % 2))) for story in stories(60)], goes=[DOORMAT])


def test_a_header() -> None:
    check([(story, lines(story, head=[TOWER])) for story in stories(40)], goes=[TOWER])


@pytest.mark.parametrize(
    "footer",
    [
        "The Harbour Post, {date:%A}, {date.day} {date:%B} {date:%Y}, printed on Quay Street",
        "Printed on Quay Street for {date:%B} {date.day}, {date:%Y}",
        "Gedruckt am {date.day}. {date:%B} {date:%Y} in der Kaistraße",
        "Impreso el {date.day} de marzo de {date:%Y} en la calle del Muelle",
        "Quay Street edition {date:%Y-%m-%d} {date:%H:%M}",
        "Quay Street edition {date:%d/%m/%Y}, {date:%H:%M}",
        "埠頭新聞 {date:%Y}年{date:%m}月{date:%d}日 発行",
    ],
)
def test_a_footer_with_the_date_in_it_is_one_footer(footer: str) -> None:
    texts = [(story, lines(story, footer.format(date=story.published))) for story in stories(40)]
    memory, articles = learned_from(texts)
    assert [article.removals[-1].rule[:8] for article in articles[20:]] == ["learned."] * 20
    assert any(block.support == 40 for block in memory.blocks.values())


def test_a_footer_about_the_reporter_is_one_footer_whoever_that_is() -> None:
    memory = Memory()
    for story, name in zip(stories(40), cycle(["Ana Mire", "Tom de Vries", "Élise Roy"]), strict=False):
        footer = f"{name} covers the islands for the paper and keeps bees."
        article = memory.read(story, lines(story, footer), authors=(name,))
        if story.number > 20:
            assert footer not in article.text


def test_sections_have_footers_of_their_own() -> None:
    footers = [f"{name} pages are made on Quay Street by a small crew." for name in ("Sports", "Business", "Culture")]
    check([(story, lines(story, footers[story.number % 3])) for story in stories(120)], goes=footers)


def test_the_background_of_a_running_story_stays_and_waits_for_a_person() -> None:
    # Fifteen articles of one story among others, the phrase always its last paragraph.
    war = iter(same_story(15))
    texts = []
    for story in stories(60):
        if story.number % 4 == 0:
            story = next(war)
            texts.append((story, lines(story, PHRASE, DOORMAT)))
        else:
            texts.append((story, lines(story, DOORMAT)))
    memory = check(texts, goes=[DOORMAT], stays=[PHRASE])
    block = memory.block(PHRASE)
    assert block is not None
    assert (block.status, block.support) == (Status.CANDIDATE, 15)
    assert any("alike" in doubt or "words" in doubt for doubt in block.doubts(60))


def test_a_source_about_one_thing_only_keeps_its_background() -> None:
    check([(story, lines(story, PHRASE)) for story in same_story(60)], stays=[PHRASE])


def test_a_story_filed_again_and_again_keeps_its_paragraphs() -> None:
    story = same_story(1)[0]
    texts = [(story, "\n".join([f"Update {number}: more boats came in.", *story.paragraphs])) for number in range(30)]
    check(texts, stays=story.paragraphs)


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Lottery numbers for draw {n}", "The lottery numbers are {a}, {b} and {c}."),
        ("Weather on {date:%d %B}: dry", "Sunrise is at 06:{a:02} and sunset at 18:{b:02}."),
        ("Weather on {date:%d %B}: dry", "The outlook is dry and mild in all districts."),
        ("Harbour shares at the close, day {n}", "Quay Holdings closed at {a}.{b} and Pier Group at {c}.{a}."),
    ],
)
def test_what_a_template_reports_stays(title: str, line: str) -> None:
    texts = []
    lines_seen = []
    for story in stories(60):
        if story.number % 3 == 0:
            numbers = {"n": story.number, "a": story.number % 47, "b": story.number % 31, "c": story.number % 7}
            report = line.format(**numbers, date=story.published)
            story = replace(story, title=title.format(**numbers, date=story.published))
            lines_seen.append(report)
            texts.append((story, report))
        else:
            texts.append((story, lines(story, DOORMAT)))
    _, articles = learned_from(texts)
    assert all(
        report in article.text
        for report, article in zip(lines_seen, [a for a in articles if DOORMAT not in a.source_text()], strict=True)
    )


def test_figures_that_change_are_news_even_under_differing_headlines() -> None:
    texts = [(story, lines(story, f"Ferry tickets sold: {story.number * 13 % 700}")) for story in stories(60)]
    _, articles = learned_from(texts)
    assert all("Ferry tickets sold" in article.text for article in articles)


def test_a_catch_phrase_inside_the_text_stays() -> None:
    catch = "And so the gulls laugh at us once more."
    texts = []
    for story in stories(60):
        middle = story.number % (len(story.paragraphs) - 1) + 1
        texts.append((story, "\n".join([*story.paragraphs[:middle], catch, *story.paragraphs[middle:]])))
    check(texts, stays=[catch])


def test_what_somebody_says_every_day_is_left_to_a_person() -> None:
    motto = "“We keep the lights on for everyone,” the keeper says."
    memory = check([(story, lines(story, motto)) for story in stories(60)], stays=[motto])
    block = memory.block(motto)
    assert block is not None
    assert "it quotes somebody" in block.doubts(60)


def test_what_the_scorer_suspects_is_found_sooner() -> None:
    for line, wanted in ((DOORMAT, 6), ("Contact the newsroom about our journalism.", 4)):
        memory = Memory()
        for story in stories(20, a_day=1):
            article = memory.read(story, lines(story, line))
            assert (line in article.text) == (story.number <= wanted)


def test_articles_of_one_day_must_be_twice_as_many() -> None:
    for a_day, wanted in ((1, 6), (1000, 12)):
        memory = Memory()
        for story in stories(20, a_day=a_day):
            article = memory.read(story, lines(story, DOORMAT))
            assert (DOORMAT in article.text) == (story.number <= wanted)


def test_a_person_wins() -> None:
    def decided(status: Status) -> Article:
        memory = Memory()
        for story in stories(30):
            article = memory.read(story, lines(story, DOORMAT))
            block = memory.block(DOORMAT)
            assert block is not None
            if story.number == 2:
                block.status, block.decided = status, True
        return article

    assert DOORMAT in decided(Status.REJECTED).text
    assert DOORMAT not in decided(Status.APPROVED).text


@pytest.mark.parametrize("decided", [False, True])
def test_what_was_retired_returns_as_it_was(decided: bool) -> None:
    memory = Memory()
    for story in stories(60):
        block = memory.block(DOORMAT)
        if story.number == 30:
            assert block is not None
            block.status, block.decided = Status.RETIRED, decided
        memory.read(story, lines(story, *[DOORMAT] * (not 20 < story.number < 50)))
    assert block is not None
    assert block.status is (Status.APPROVED if decided else Status.APPLIED)
    assert block.since == 50
    assert block.share(60) == 1.0


def test_an_applied_block_that_turns_out_to_be_news_goes_back_to_a_person() -> None:
    texts = [(story, lines(story, PHRASE)) for story in stories(20)] + [
        (story, lines(story, PHRASE)) for story in same_story(40)
    ]
    memory, articles = learned_from(texts)
    assert PHRASE not in articles[19].text
    assert PHRASE in articles[-1].text
    block = memory.block(PHRASE)
    assert block is not None
    assert block.status is Status.CANDIDATE


def test_lines_that_signatures_take_are_not_learned() -> None:
    credit = "(Reporting by Jane Doe; Editing by John Roe)"
    memory, _ = learned_from([(story, lines(story, credit)) for story in stories(20)])
    assert memory.block(credit) is None


@pytest.mark.parametrize(
    ("line", "other", "same"),
    [
        ("Follow US!", "follow  us", True),
        ("© 2019-2024 Quay", "© 2025 Quay", True),
        ("Call 0800 12 34", "Call 0800 56 78", True),  # the figures are compared apart
        ("Café du Port", "Cafe du port", True),
        ("Open until Friday", "Open until Monday", False),
        ("Posted Friday, 3 May 2024", "Posted Monday, 12 June 2023", True),
        ("Posted May 3, 2024, 8:05 pm", "Posted June 12, 2023, 18.20", True),
    ],
)
def test_how_a_line_is_known_again(line: str, other: str, same: bool) -> None:
    assert (words_of(line) == words_of(other)) is same


def test_the_share_is_of_the_latest_articles() -> None:
    block = Block(1, 1, "x", "x", since=1, last=10, recent=0b11)
    assert block.share(10) == pytest.approx(0.2)
    assert block.share(20) == pytest.approx(0.1)
    assert block.share(200) == 0.0


@pytest.fixture(scope="module")
def real_articles(shared: Path) -> list[tuple[str, list[str]]]:
    """Headline and paragraphs of the English articles of two corpora."""
    found = []
    for name in ("news424", "wcxb-article"):
        with lzma.open(shared / "corpora" / "extraction" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as pages:
            for page in map(json.loads, pages):
                truth = page["truth"]
                if page["lang_guess"] == "en" and truth.get("text") and truth.get("title"):
                    found.append((truth["title"], [line for line in truth["text"].split("\n") if line.strip()]))
    return found


def real_story(number: int, title: str, paragraphs: Sequence[str]) -> Story:
    return Story(number, title, tuple(paragraphs), (), START + timedelta(hours=2 * number))


def test_nothing_of_real_articles_is_applied(real_articles: list[tuple[str, list[str]]]) -> None:
    texts = [real_story(number, *article) for number, article in enumerate(real_articles, 1)]
    memory, _ = learned_from([(story, lines(story)) for story in texts])
    assert memory.number > 300
    assert [block.text for block in memory.blocks.values() if block.status is Status.APPLIED] == []


def test_real_boilerplate_is_found_by_its_recurring_alone(
    shared: Path, real_articles: list[tuple[str, list[str]]]
) -> None:
    rows = map(json.loads, (shared / "corpora" / "boilerplate" / "dev.jsonl").open(encoding="utf-8"))
    known = [row["text"] for row in rows if row["label"] == "boilerplate" and row["language"] == "en"][::3]
    found = 0
    for line in known:
        block = None
        for number, article in enumerate(real_articles[:20], 1):
            story = real_story(number, *article)
            text = lines(story, line)
            # As if no signature had taken it.
            seen = look_at(Article(text, title=story.title, language="en", item=Item(text)), number, START.date())
            sighting = next(sighting for sighting in seen.sightings if sighting.text == line)
            block = block or Block(1, sighting.key, sighting.words, line)
            block.see(sighting, seen, number)
        assert block is not None
        found += block.status is Status.APPLIED
    assert len(known) > 40
    assert found >= 0.95 * len(known)
