from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from copydesk.sources import Source, is_folder


def source(**fields: Any) -> Source:
    return Source(name="harbour_post", **fields)


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("language", "pt-br", "pt-BR"),
        ("language", "zh-hant-tw", "zh-Hant-TW"),
        ("language", "es-419", "es-419"),
        ("language", "de-CH-1996", "de-CH-1996"),
        ("language", "tpi", "tpi"),
        ("country", "XK", "XK"),
        ("schedule", "5 6 * * mon-fri", "5 6 * * mon-fri"),
        ("schedule", "@hourly", "@hourly"),
        ("silent_after", "2d", timedelta(days=2)),
        ("silent_after", "1w 12h", timedelta(days=7, hours=12)),
        ("outlet", " The Harbour Post ", "The Harbour Post"),
        ("seconds_between_requests", 0, 0),
        ("urls", ["https://[2001:db8::1]:8080/feed?a=b"], ("https://[2001:db8::1]:8080/feed?a=b",)),
        ("urls", ["s3://wires/afp/"], ("s3://wires/afp/",)),
        ("urls", ["file:///drop/wire copy/"], ("file:///drop/wire copy/",)),
        ("urls", ["package:copydesk.samples/midday.xml"], ("package:copydesk.samples/midday.xml",)),
    ],
)
def test_a_good_value_is_kept_in_its_usual_spelling(field: str, given: object, kept: object) -> None:
    assert getattr(source(**{field: given}), field) == kept


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("language", "German", "did you mean de"),
        ("language", "eng", "is written en"),
        ("language", "xx", "no language xx"),
        ("language", "de-Abcd", "no script Abcd"),
        ("language", "en-UK", "written GB"),
        ("language", "en_GB", "no BCP 47 language"),
        ("language", "es-999", "no region 999"),
        ("language", "", "no BCP 47 language"),
        ("country", "Germany", "did you mean DE"),
        ("country", "de", "did you mean DE"),
        ("country", "UK", "written GB"),
        ("country", "EU", "no country"),
        ("country", "QQ", "no country"),
        ("schedule", "@hourl", "did you mean @hourly"),
        ("schedule", "@continuous", "no preset"),
        ("schedule", "* * * *", "five fields"),
        ("schedule", "0 0 * * * *", "five fields"),
        ("schedule", "61 * * * *", "no time that comes"),
        ("schedule", "x * * * *", "no time that comes"),
        ("schedule", "0 0 31 2 *", "no time that comes"),
        ("timezone", "Europe/Berln", "did you mean Europe/Berlin"),
        ("timezone", "../etc/passwd", "no time zone"),
        ("silent_after", 2, "no span of time"),
        ("silent_after", "two days", "no span of time"),
        ("silent_after", "0d", "no time at all"),
        ("outlet", " ", "at least 1 character"),
        ("agency", "", "at least 1 character"),
        ("group", "The Ports", "pattern"),
        ("pages", "sometimes", "'never', 'teaser' or 'always'"),
        ("seconds_between_requests", -1, "greater than or equal to 0"),
        ("seconds_between_requests", float("nan"), "finite"),
        ("settled_seconds", float("inf"), "finite"),
        ("urls", ["www.harbour.example/feed"], "is no address"),
        ("urls", ["drop/wire/"], "is no address"),
        ("urls", ["C:\\drop"], "is no address"),
        ("urls", ["ftp2://harbour.example"], "ftp2: can't be fetched"),
        ("urls", ["javascript:alert(1)"], "javascript: can't be fetched"),
        ("urls", ["https:///feed"], "has no host"),
        ("urls", ["s3:///afp/"], "has no bucket"),
        ("urls", ["https://harbour.example:99999/"], "ort"),
        ("urls", ["https://[::1/"], "IPv6"),
        ("urls", ["https://harbour.example/a b"], "space"),
        ("urls", ["https://harbour.example/a\x00"], "control character"),
        ("urls", ["file://host/drop"], "the whole path"),
        ("urls", ["file:drop"], "the whole path"),
        ("urls", ["package:copydesk"], "package:name.of.package/file"),
        ("urls", ["https://a.example/", "https://a.example/"], "stands there twice"),
    ],
)
def test_a_bad_value_is_refused_with_what_to_write(field: str, value: object, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        source(**{field: value})
    (problem,) = caught.value.errors()
    assert problem["loc"][0] == field
    assert message in problem["msg"]


@pytest.mark.parametrize(
    "url", ["https://jo:secret@harbour.example/feed", "s3://key:secret@wires/", "https://jo@a.example/"]
)
def test_credentials_in_an_address_are_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        source(urls=[url])
    message = caught.value.errors()[0]["msg"]
    assert "give it without them" in message
    assert "secret" not in message
    assert "jo" not in message


def test_a_folder_ends_in_a_slash() -> None:
    assert is_folder("file:///drop/wire/")
    assert is_folder("s3://wires/afp/")
    assert not is_folder("file:///drop/wire.xml")
    assert not is_folder("https://harbour.example/")
