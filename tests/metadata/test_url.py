from __future__ import annotations

import base64
from importlib.resources import files

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from copydesk.metadata.url import address_key, canonical_url, names_a_page

PAGE = "https://www.harbour.example/news/piers-closed?id=5"
QUOTED = "https%3A%2F%2Fwww.harbour.example%2Fnews%2Fpiers-closed%3Fid%3D5"
BARE = "www.harbour.example/news/piers-closed?id=5"
OPAQUE = base64.urlsafe_b64encode(b"\x08\x13\x22\x32" + PAGE.encode() + b"\xd2\x01\x00").decode().rstrip("=")

WRAPPED = [
    f"https://www.google.com/url?sa=t&url={QUOTED}&usg=x",
    f"https://www.google.co.uk/url?q={QUOTED}",
    f"https://www.google.com/amp/s/{BARE}",
    f"https://news.google.com/news/url?sa=t&url={QUOTED}",
    f"https://news.google.com/rss/articles/{OPAQUE}?oc=5",
    f"https://translate.google.com/translate?hl=en&u={QUOTED}",
    "https://www-harbour-example.translate.goog/news/piers-closed?id=5&_x_tr_sl=de&_x_tr_tl=en",
    f"https://webcache.googleusercontent.com/search?q=cache:AbCdEfGhIjKl:{QUOTED}",
    f"https://www-harbour-example.cdn.ampproject.org/c/s/{BARE}",
    f"https://www-harbour-example.bing-amp.com/c/s/{BARE}",
    f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&url={QUOTED}&c=1",
    f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU={QUOTED}/RK=2/RS=x",
    f"https://duckduckgo.com/l/?uddg={QUOTED}",
    f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0",
    f"https://l.instagram.com/?u={QUOTED}",
    f"https://out.reddit.com/t3_x?url={QUOTED}&token=x",
    f"https://t.umblr.com/redirect?z={QUOTED}",
    f"https://www.linkedin.com/redir/redirect?url={QUOTED}",
    f"https://vk.com/away.php?to={QUOTED}",
    f"https://www.youtube.com/redirect?event=video&q={QUOTED}",
    f"https://getpocket.com/redirect?url={QUOTED}",
    f"https://medium.com/m/global-identity?redirectUrl={QUOTED}",
    f"https://slack-redir.net/link?url={QUOTED}",
    f"https://exit.sc/?url={QUOTED}",
    f"https://eur01.safelinks.protection.outlook.com/?url={QUOTED}&data=x",
    f"https://urldefense.com/v3/__{PAGE}__;!!x",
    f"https://www-harbour-example.cdn.ampproject.org/v/s/{BARE}&amp_js_v=0.1&usqp=mq331",
    "HTTPS://www.harbour.example/news/piers-closed?id=5",
    f"https://go.redirectingat.com/?id=1&url={QUOTED}",
    f"https://feeds.feedblitz.com/~/t/0/0/harbour/~{PAGE}",
    f"https://go.theregister.com/feed/{BARE}",
    f"https://web.archive.org/web/20250711120000/{PAGE}",
    f"https://web.archive.org/web/2025id_/{PAGE}",
    f"https://archive.ph/20250711/{PAGE}",
    f"https://12ft.io/{PAGE}",
]


@pytest.mark.parametrize("url", WRAPPED)
def test_an_address_comes_out_of_its_wrapper(url: str) -> None:
    assert address_key(url) == address_key(PAGE)
    assert "harbour.example/news/piers-closed" in canonical_url(url)
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_every_wrapper_is_tried_here() -> None:
    rows = tomli.loads(files("copydesk.metadata").joinpath("data/addresses.toml").read_text("utf-8"))["wrapper"]
    assert len(WRAPPED) >= len(rows)


def test_wrappers_in_wrappers() -> None:
    twice = f"https://www.google.com/url?q=https%3A%2F%2Fweb.archive.org%2Fweb%2F2025%2F{QUOTED.replace('%', '%25')}"
    assert canonical_url(twice) == PAGE


@pytest.mark.parametrize(
    "url",
    [
        "http://harbour.example/news/piers-closed?id=5",
        "https://m.harbour.example/news/piers-closed/?id=5",
        "https://amp.harbour.example/news/piers-closed?id=5",
        "https://www.harbour.example/amp/news/piers-closed?id=5",
        "https://www.harbour.example/news/piers-closed/amp/?id=5",
        "https://www.harbour.example/news/piers-closed?id=5&amp=1",
        "https://www.harbour.example/news/piers-closed?id=5&outputType=amp",
        "https://www.harbour.example/news/piers-closed?id=5&utm_source=x&smid=tw-share&CMP=share_btn&at_medium=RSS",
    ],
)
def test_the_addresses_of_one_article_have_one_key(url: str) -> None:
    assert address_key(url) == address_key(PAGE)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.harbour.example/news/piers-closed?id=6",
        "https://news.harbour.example/news/piers-closed?id=5",
        "https://www.harbour.example/news/piers-closed-amp?id=5",
        "https://www.harbour.example/news/piers-closed?id=5#part-2",
        "https://www.harbour.example/amp",
    ],
)
def test_another_article_has_another_key(url: str) -> None:
    assert address_key(url) not in (address_key(PAGE), address_key("https://www.harbour.example/"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("portal.php?aid=1&mod=view", "portal.php?aid=1&mod=list"),
        ("a?partner=5", "a?partner=6"),
        ("tags/amp", "tags"),
        ("index.php?/archives/12", "index.php?/archives/13"),
        ("news?12345", "news?12346"),
        ("find?q=%E9", "find?q=%E8"),
    ],
)
def test_what_tells_pages_apart_stays(one: str, other: str) -> None:
    base = "https://harbour.example/"
    assert address_key(base + one) != address_key(base + other)
    assert canonical_url(base + one) == base + one


def test_an_address_within_an_address_keeps_its_own_query() -> None:
    inner = "https%3A%2F%2Fa.example%2Fx%3Fref%3Dhttps%253A%252F%252Fb.example%252F%253Fp%253D1%26id%3D3"
    found = canonical_url(f"https://l.facebook.com/l.php?u={inner}")
    assert "id=3" in found
    assert "p=1" not in found


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/url?q=pier",
        "https://www.google.com/search?q=pier",
        "https://news.google.com/rss/articles/CBMiAAAA",
        "https://out.reddit.com/t3_x",
        "https://web.archive.org/web/2025/",
        "https://m.example/x",
        "urn:uuid:1",
        "https://[",
    ],
)
def test_what_holds_no_address_stays(url: str) -> None:
    assert canonical_url(url) == url


def test_tracking_goes_and_the_page_stays() -> None:
    assert (
        canonical_url("HTTPS://Harbour.example:443/a?x=1&ITO=rss&fbclid=y#xtor=RSS-1")
        == "https://harbour.example/a?x=1"
    )


def test_a_front_page_is_no_page_of_its_own() -> None:
    assert [names_a_page(url) for url in ("https://a.example/", "https://a.example/?p=1", "https://a.example/x")] == [
        False,
        True,
        True,
    ]


@given(st.text(max_size=80), st.sampled_from(WRAPPED))
def test_no_address_is_too_odd(junk: str, wrapped: str) -> None:
    for url in (junk, f"https://{junk}", wrapped.replace("harbour", junk)):
        assert isinstance(address_key(url), str)
