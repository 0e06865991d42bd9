"""Invented news by the hundred thousand: the same number gives the same item, and no two are copies by chance.

Lengths follow what feeds give: a log-normal with a median of 900 characters, from one sentence to 8,000. One sentence
in three has facts, which makes about a dozen in 1,000 characters, as in real news; the others only tell.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

PLACES = (
    "Lisbon Hamburg Bergen Valparaíso Mumbai Nairobi Toronto Busan Marseille Gdansk Auckland Montevideo Leeds".split()
)
FIRST = "Ingrid Tomás Nilima Rafiq Eva Jo Marta Henrik Amina Luca Petra Oskar Yuki Daniel Rosa Viktor Lena Paul".split()
LAST = "Solbakken Arriagada Hazarika Barua Quill Fonseca Lindqvist Okafor Bianchi Novak Tanaka Weiss Moreau Ito".split()
ROLES = ("harbour master", "relief officer", "mayor", "fisheries minister", "head of the ferry line", "chief engineer")
NOUNS = """pier lighthouse ferry quay dyke sluice cannery shipyard museum library reservoir orchard tramline depot barge
    warehouse hospital school market bridge tunnel quarry sawmill observatory greenhouse aquarium granary""".split()
VERBS = """closed reopened flooded rebuilt inspected sold extended repainted rented auctioned dredged insured surveyed
    heated drained evacuated relocated modernised bought renamed""".split()
CAUSES = "storm strike audit leak fire landslide shortage verdict petition survey collision blackout frost".split()
ADJECTIVES = """narrow quiet generous missing painted crooked local bitter borrowed early patient broken hidden
    former stubborn careful empty polished heavy forgotten gentle damp unusual familiar proud wooden distant hollow
    clumsy bright anxious sleepy honest foreign silver rough shallow curious modest""".split()
THINGS = """baker captain choir garden stairway neighbour painter letter bell cellar promise rope umbrella tenant
    drawing argument kitchen caretaker window habit receipt lantern violin commuter landlord bench corner puzzle
    blanket gardener chimney sailor rumour ladder bicycle cousin mirror pavement teacher song basket carpet
    portrait doorstep hedge notebook ceiling staircase apprentice balcony sandwich trumpet harbour curtain""".split()
DOES = """remembers ignores admires borrows repairs follows resembles questions defends misses carries hides replaces
    describes surprises outlives avoids watches invites mentions protects forgives interrupts explains collects
    polishes measures recognises doubts prefers""".split()
LINKS = "behind beside without despite beneath against among above beyond inside around because though while".split()
BEGIN = datetime(2025, 7, 1, tzinfo=UTC)
NOTICE = (
    "This story has been sourced from a third party syndicated feed, agencies. The Harbour Ledger accepts no "
    "responsibility or liability for its dependability, trustworthiness, reliability and data of the text."
)


def sentence(chance: random.Random) -> str:
    return stating(chance) if chance.random() < 1 / 3 else telling(chance)


def telling(chance: random.Random) -> str:
    """A sentence without a fact."""

    def thing() -> str:
        return f"{chance.choice(('the', 'a', 'their', 'every'))} {chance.choice(ADJECTIVES)} {chance.choice(THINGS)}"

    told = f"{thing()} {chance.choice(DOES)} {thing()} {chance.choice(LINKS)} {thing()}"
    return f"{told[0].upper()}{told[1:]}, and {thing()} {chance.choice(DOES)} it."


def stating(chance: random.Random) -> str:
    """A sentence with facts."""
    person = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
    place, noun, cause = chance.choice(PLACES), chance.choice(NOUNS), chance.choice(CAUSES)
    number, share = chance.randint(3, 9000), chance.randint(2, 97)
    shapes = (
        f"About {number:,} people were moved when the {noun} in {place} was {chance.choice(VERBS)} on Friday.",
        f"“We have {chance.choice(VERBS)} the {noun} after the {cause},” said {person}, the {chance.choice(ROLES)}.",
        f"According to the agency, repairs of the {noun} will cost ${number / 10:.1f} million and last {share} weeks.",
        f"{person} met officials from {place} on {chance.randint(1, 28)} June 2025 to talk about the {cause}.",
        f"Some {share} per cent of the {noun}s near {place} were {chance.choice(VERBS)} after the {cause} last year.",
        f"The {cause} left the old {noun} without light, and nobody in the quarter knows when it will come back.",
        f"Police in {place} said that {share} people were injured and {number % 9 + 1} were killed near the {noun}.",
        f"It is the third {cause} at a {noun} this summer, and the council wants to see the accounts before it pays.",
    )
    return chance.choice(shapes)


def story(number: int) -> tuple[str, str, datetime]:
    """Headline, text and time of publication."""
    chance = random.Random(number)
    length = min(8000, max(120, int(chance.lognormvariate(6.8, 0.8))))
    text, size = [], 0
    while size < length:
        text.append(sentence(chance))
        size += len(text[-1]) + 1
    noun, place = chance.choice(NOUNS), chance.choice(PLACES)
    title = f"{noun.capitalize()} in {place} {chance.choice(VERBS)} after {chance.choice(CAUSES)}, {number}"
    return title, " ".join(text), BEGIN + timedelta(minutes=number)


def feed(first: int, count: int, *, teaser: int | None = None) -> bytes:
    """An RSS feed of ``count`` items from number ``first`` on; one in ten carries a notice that is to be stripped."""
    return rss(((number, *story(number)) for number in range(first, first + count)), teaser=teaser)


def rss(stories: Iterable[tuple[int, str, str, datetime]], *, teaser: int | None = None) -> bytes:
    """A feed of stories: number, headline, text, which may be cut to a teaser, and time of publication."""
    entries = []
    for number, title, text, published in stories:
        if teaser and len(text) > teaser:
            text = text[:teaser].rpartition(". ")[0] + "."
        if number % 10 == 0:
            text += f"\n\n{NOTICE}"
        entries.append(
            f"<item><title>{escape(title)}</title><guid isPermaLink='false'>load-{number}</guid>"
            f"<link>https://ledger.example/{number}</link><pubDate>{format_datetime(published)}</pubDate>"
            f"<description>{escape(text)}</description></item>"
        )
    head = "<rss version='2.0'><channel><title>The Harbour Ledger</title><language>en</language>"
    return f"{head}{''.join(entries)}</channel></rss>".encode()


def pages(count: int) -> Iterator[tuple[str, str]]:
    """Whole pages of some 60 kB with the furniture of real ones, and their addresses."""
    from tests.extract.pages import MENU, TEASERS, page

    script = "<script>" + "var data = {a: [1, 2, 3]};" * 1200 + "</script>"
    menus = "".join(f"<div class='menu-{n}'><ul>{MENU * 4}</ul></div>" for n in range(6))
    for number in range(count):
        title, text, published = story(number)
        paragraphs = text.replace(". ", ".\n").split("\n")
        body = "".join(f"<p class='text-{n % 3}'>{escape(paragraph)}</p>" for n, paragraph in enumerate(paragraphs))
        meta = f"<meta property='article:published_time' content='{published.isoformat()}'><title>{title}</title>"
        html = page(f"<h1>{title}</h1>{body}", before=menus, after=TEASERS * 6, head=meta + script)
        yield html, f"https://ledger.example/{published:%Y/%m/%d}/{number}"
