"""An invented day of news, loaded as a run loads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from unittest.mock import patch

from copydesk import jobs
from copydesk.model import Article, Item, Payload
from copydesk.pipeline import Context, refine
from copydesk.sources import Source

DAY = date(2026, 5, 8)
CREDIT = "(Reporting by Ann Lee; Editing by Rui Dias)"
FIRE = (
    "PORT ELLIS, May 8 (Reuters) - A fire in the harbour of Port Ellis killed 12 people on Friday, the police said. "
    "It broke out in a warehouse beside the northern basin and burned for nine hours before it was out.\n"
    "“We had never seen flames as high as these above the basin,” said harbour master Jo Quill. "
    "Divers will look for 3 missing sailors until Sunday, when the port opens its gates again.\n"
)
MARKET = (
    "The market of Port Ellis opens on Saturday after a year of works, the town council announced on Friday. "
    "“The new hall has room for eighty stalls under one roof,” said Mayor Eva Brandt. "
    "The works cost 4 million euros, which is half a million more than planned.\n"
)
PONTE = (
    "A ponte sobre o rio Tejo foi fechada na sexta-feira por causa do vento forte, disse a prefeitura de Lisboa. "
    "Os engenheiros vão examinar os pilares durante o fim de semana e ninguém sabe quando ela será aberta.\n"
)


class AtOnce:
    """What stands for the refinery here: refines in this process, which has its tables once for all tests."""

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def refine(self, item: Item, context: Context) -> Article:
        return replace(refine(item, context=context), item=item)


def load(source: str, texts: Sequence[tuple[str, str]], day: date = DAY, *, outlet: str | None = None) -> None:
    """Headlines and texts of one source, fetched at noon of the day."""
    items = "".join(
        f"<item><guid>{source}-{day}-{n}</guid><title>{escape(title)}</title><pubDate>{day:%a, %d %b %Y} 10:00:00 GMT"
        f"</pubDate><description>{escape(text)}</description></item>"
        for n, (title, text) in enumerate(texts)
    )
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    payload = Payload(f"<rss><channel>{items}</channel></rss>".encode(), noon, f"https://{source}.example/", "text/xml")
    jobs.load_payloads([jobs.keep_payload(Source(name=source, outlet=outlet, require=()), payload)], run_id="noon")
    with patch("copydesk.jobs.Refinery", AtOnce):
        jobs.refine_items(run_id="noon")
    jobs.link_stories()


def date_batches(query: Callable[..., list[tuple]], day: date = DAY) -> None:
    """Let the batches that ran just now, and what they refused, be of the day: two seconds each."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    recent = "now() - interval '1 hour'"
    query(
        f"UPDATE batch SET started_at = %s, finished_at = %s WHERE finished_at > {recent}",
        at,
        at + timedelta(seconds=2),
    )
    query(f"UPDATE quarantine SET created_at = %s WHERE created_at > {recent}", at)


def load_day(query: Callable[..., list[tuple]]) -> None:
    """A fire in two outlets, a market, a bridge, and an item without a text; two articles in the days before."""
    load("gazette", [("Town in spring", MARKET.replace("Saturday", "Sunday"))], DAY - timedelta(days=4))
    date_batches(query, DAY - timedelta(days=4))
    load("courier", [("Calm weather", PONTE.replace("Tejo", "Douro"))], DAY - timedelta(days=2))
    date_batches(query, DAY - timedelta(days=2))
    load("gazette", [("Fire in the harbour", FIRE + CREDIT), ("Market opens", MARKET)], outlet="The Gazette")
    load("herald", [("Harbour on fire", FIRE), ("Ponte fechada", PONTE), ("Empty", "")], outlet="The Herald")
    date_batches(query)
