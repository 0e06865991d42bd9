"""Articles out again: valid, whole, and read back as they were."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import copydesk
from copydesk import jobs
from copydesk.cli import cli
from copydesk.cli_export import EXPORTS
from copydesk.errors import ConfigurationError, DataError
from copydesk.export import FORMATS, news_article, ninjs, read_articles
from copydesk.model import Article, Item, Payload
from copydesk.pipeline import Context, refine
from copydesk.sources import DOCUMENTS

SEEN = datetime(2025, 7, 14, tzinfo=UTC)
FEED = """<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Harbour Post</title>
<item><guid>1</guid><title>Piers closed</title><link>https://harbour.example/piers?id=1&amp;x=2</link>
<pubDate>Sun, 13 Jul 2025 06:00:00 GMT</pubDate><dc:creator>Ann Lee; Rui Dias</dc:creator><category>Ports</category>
<category>Weather</category>
<category>Weather; tides</category>
<description>PORT ELLIS, July 13 (AP) - The harbour closed two of its piers on Friday. “We must repair
them,” they said.</description>
</item>
<item><guid>2</guid><title>Uma ponte \u2603 fechada</title><pubDate>Mon, 14 Jul 2025 00:00:00 GMT</pubDate>
<description>A ponte foi fechada na segunda-feira, disse a prefeitura, e ninguém sabe
quando ela será aberta.</description></item>
</channel></rss>"""


@pytest.fixture(autouse=True)
def articles(warehouse: str) -> None:
    jobs.ingest_documents([Payload(FEED.encode(), SEEN, "package:a/b.xml", "text/xml")], DOCUMENTS, run_id="test")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["export", *map(str, arguments)], catch_exceptions=False)


def metadata(rows: list[dict]) -> list[tuple]:
    names = "title language published modified authors outlet agency url keywords text".split()
    return [tuple(row[name] for name in names) for row in rows]


@pytest.fixture(scope="module")
def valid(shared: Path) -> jsonschema.Draft202012Validator:
    """Validates by the IPTC's schema, addresses and times too."""
    schema = json.loads((shared / "schemas/ninjs-schema_3.1.json").read_text("utf-8"))
    checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate("a b", {"format": "uri"}, format_checker=jsonschema.FormatChecker())
    return checker


def test_ninjs_is_valid(valid: jsonschema.Draft202012Validator) -> None:
    found = json.loads(run("--format", "ninjs").stdout_bytes)
    assert len(found) == 2
    for article in found:
        valid.validate(article)
    with pytest.raises(jsonschema.ValidationError):
        valid.validate({**found[0], "headline": "none of ninjs 3"})


def sample_items(_: Path) -> Iterator[Item]:
    for file in Path(str(files("copydesk.samples"))).rglob("*.[xh]*ml"):
        yield from copydesk.parse(file.read_bytes(), url=f"https://harbour.example/{file.name}")


def wire_items(shared: Path) -> Iterator[Item]:
    """The first items of each document of the corpus of feeds and wires."""
    for line in (shared / "corpora/feeds/manifest.jsonl").read_text("utf-8").splitlines():
        name = json.loads(line)["file"]
        try:
            found = copydesk.parse(
                (shared / "corpora/feeds" / name).read_bytes(), url=f"https://harbour.example/{name}"
            )
        except DataError:
            continue
        yield from found[:3]


def refined(items: Iterator[Item]) -> Iterator[Article]:
    for item in items:
        try:
            yield refine(item, context=Context(fetched_at=datetime(2026, 12, 1, tzinfo=UTC)))
        except DataError:
            continue  # of headlines alone, which has no article


@pytest.mark.parametrize(("items", "at_least"), [(sample_items, 15), (wire_items, 500)])
def test_every_article_is_valid_and_comes_back_as_it_was(
    items, at_least: int, shared: Path, valid: jsonschema.Draft202012Validator
) -> None:
    names = "title language published modified authors outlet agency url keywords text signal origin".split()
    count = 0
    for count, article in enumerate(refined(items(shared)), 1):
        row = {name: getattr(article, name) for name in (*names, "published_zone", "modified_zone")}
        row["topics"] = list(dict.fromkeys(topic.topic for topic in article.topics if topic.topic))
        row |= {"item_id": count, "revision": 1, "word_count": len(article.text.split())}
        out = ninjs(row)
        valid.validate(out)
        [back] = refined(iter(copydesk.parse(json.dumps(out).encode())))
        same = names[:9]
        assert [getattr(back, name) for name in same] == [getattr(article, name) for name in same]
        assert back.published_precision == article.published_precision
        assert {topic.topic for topic in back.topics if topic.topic} >= set(row["topics"])
    assert count >= at_least


@pytest.mark.parametrize("form", ["ninjs", "jsonld"])
def test_what_goes_out_comes_in_as_it_was(form: str, query) -> None:
    before = list(read_articles())
    out = run("--format", form).stdout_bytes
    query("TRUNCATE item, article, payload, story, quarantine CASCADE")
    payload = Payload(out, SEEN, "package:a/b.json", "application/json")
    jobs.ingest_documents([payload], DOCUMENTS, run_id="test")
    assert metadata(list(read_articles())) == metadata(before)


def test_tables() -> None:
    lines = [json.loads(line) for line in run("--format", "jsonl").stdout_bytes.splitlines()]
    table = list(csv.DictReader(io.StringIO(run("--format", "csv").stdout_bytes.decode())))
    frame = pd.read_parquet(io.BytesIO(run("--format", "parquet").stdout_bytes))
    assert [row["title"] for row in lines] == [row["title"] for row in table] == list(frame["title"])
    assert lines[0]["authors"] == ["Ann Lee", "Rui Dias"]
    assert table[0]["authors"] == "Ann Lee; Rui Dias"
    assert lines[0]["published"] == "2025-07-13T06:00:00+00:00"
    assert str(frame["published"].dtype).endswith("UTC]")
    assert all(row["text"] == line["text"] for row, line in zip(table, lines, strict=True))


def test_of_a_day_of_a_source_or_where_something_holds(tmp_path: Path) -> None:
    def titles(*options: object) -> list[str]:
        return [json.loads(line)["title"] for line in run("--format", "jsonl", *options).stdout_bytes.splitlines()]

    assert titles("--day", "2025-07-13") == ["Piers closed"]
    assert titles("--day", "2025-07-12") == []
    assert titles("--source", "documents", "--limit", 1) == ["Piers closed"]
    assert titles("--source", "nobody") == []
    assert titles("--where", "language LIKE 'pt%'") == ["Uma ponte \u2603 fechada"]
    file = tmp_path / "out.json"
    done = run("--format", "ninjs", "--day", "2025-07-12", "--output", file)
    assert (done.stderr, json.loads(file.read_bytes())) == ("0 articles\n", [])
    for wrong in ("nonsense", "title ==", "1", "true) ("):
        with pytest.raises(ConfigurationError, match="Postgres refuses the condition"):
            run("--format", "ninjs", "--where", wrong, "--output", file)
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    with pytest.raises(ConfigurationError, match="can't be written"):
        run("--format", "ninjs", "--output", tmp_path / "no" / "out.json")


def test_nothing_is_written_by_a_condition(query) -> None:
    with pytest.raises(ConfigurationError):
        list(read_articles(where="true); DELETE FROM copydesk.item; SELECT (true"))
    assert query("SELECT count(*) FROM item") == [(2,)]


def test_media_topics_and_days_go_out() -> None:
    row = next(row for row in read_articles() if row["title"] == "Piers closed")
    assert row["topics"] == ["medtop:17000000"]
    topic = {"uri": "http://cv.iptc.org/newscodes/mediatopic/17000000", "literal": "medtop:17000000"}
    assert ninjs(row)["subjects"][-1] == topic
    assert news_article(row)["about"] == [{"@type": "Thing", "name": "weather", "sameAs": topic["uri"]}]
    assert news_article(row)["datePublished"] == "2025-07-13T06:00:00+00:00"
    assert news_article({**row, "published_precision": "day", "published_zone": None})["datePublished"] == "2025-07-13"


def test_every_format_is_offered() -> None:
    assert EXPORTS == FORMATS


def test_an_article_without_an_address_has_an_identifier() -> None:
    row = next(row for row in read_articles() if row["url"] is None)
    assert ninjs(row)["uri"] == f"urn:copydesk:item:{row['item_id']}"
    assert copydesk.parse(json.dumps(ninjs(row)).encode())[0].url is None
