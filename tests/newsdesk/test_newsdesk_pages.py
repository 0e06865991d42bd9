from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from copydesk.model import RemovalKind
from copydesk.newsdesk import queries
from copydesk.newsdesk.app import SECURITY_HEADERS, STATIC, create_app, may_read

PATHS = ["/", "/article/1", "/article/x", "/static/newsdesk.css", "/static/none", "/nowhere", "/docs", "/openapi.json"]


# Who may come in -----------------------------------------------------------------------------------------------------


def test_every_route_asks_for_a_login(anonymous: TestClient) -> None:
    routes = list(_routes(create_app()))
    assert len(routes) >= 4
    for route in routes:
        assert route.methods == {"GET"}
        response = anonymous.get(re.sub(r"\{.*?\}", "1", route.path))
        assert response.status_code == 401, route.path


def _routes(app: FastAPI) -> list[APIRoute]:
    found = [route for route in app.routes if isinstance(route, APIRoute)]
    assert len(found) == len(app.routes), "a mount or plain route is not covered by the application's dependencies"
    return found


@pytest.mark.parametrize("path", PATHS)
def test_anonymous_users_learn_nothing(anonymous: TestClient, path: str) -> None:
    response = anonymous.get(path)
    assert response.status_code == 401
    assert "Log in to Airflow" in response.text


@pytest.mark.parametrize(("role", "status"), [("viewer", 200), ("admin", 200), (None, 403), ("forged", 403)], ids=str)
def test_airflow_decides_who_may_read(anonymous: TestClient, monkeypatch, role: str | None, status: int) -> None:
    """The real check with the tokens of Airflow's simple auth manager; only its table of log-outs is left out."""
    from airflow.api_fastapi.app import create_auth_manager, purge_cached_app
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.models.revoked_token import RevokedToken

    monkeypatch.setattr(RevokedToken, "is_revoked", lambda jti: False)
    try:
        manager = create_auth_manager()
        user = SimpleAuthManagerUser(username="ana", role=None if role == "forged" else role)
        token = "forged" if role == "forged" else manager.generate_jwt(user)
        anonymous.cookies.set("_token", token)
        assert anonymous.get("/static/newsdesk.css").status_code == status
    finally:
        purge_cached_app()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(client: TestClient, method: str) -> None:
    assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize("path", [*PATHS, "/?below=x"])
def test_every_answer_carries_the_security_headers(warehouse: str, client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert "'unsafe" not in headers["Content-Security-Policy"]


# The list ------------------------------------------------------------------------------------------------------------


def test_an_empty_warehouse_says_what_to_do(warehouse: str, client: TestClient) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "Nothing is loaded yet" in response.text
    assert "make run" in response.text


def test_the_list_tells_what_each_article_is(desk, client: TestClient) -> None:
    item = desk.article(
        "Quiet day at the quay. Reporting by Ana Prado",
        title="Quiet day",
        language="pt-BR",
        agency="Coastal Press",
        removals=[(" Reporting by Ana Prado", RemovalKind.CREDIT)],
        facts=[("place", "quay", "Quay"), ("date", "day", "2025-03-04")],
        story=1,
    )
    desk.article("The same, elsewhere.", story=1, published=None)
    row = _rows(client.get("/").text)[0]
    assert f'href="./article/{item}"' in row
    assert _words(row) == (
        "Quiet day 4 Mar 2025, 09:30 UTC The Harbour Post / Coastal Press Portuguese (Brazil) 1 removal 2 facts "
        "1 copy elsewhere"
    )


def test_an_article_without_title_shows_its_first_words(desk, client: TestClient) -> None:
    desk.article("Nobody wrote a headline for this.", published=None)
    assert "Nobody wrote a headline for this. undated" in _words(_rows(client.get("/").text)[0])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("q=walkout", {"Port"}),
        ('q="container port"', {"Port"}),
        ("q=port -container", {"Ferry"}),
        ("q=walkout or timetable", {"Port", "Ferry"}),
        ("source=quay", {"Ferry"}),
        ("language=pt", {"Porto"}),
        ("q=port&language=pt", set()),
        ("q=%27%22)(%26|!:*<->\\%00", set()),
        ("source=%27;drop table item", set()),
        ("source=%25", set()),
    ],
)
def test_search_and_filters(desk, client: TestClient, asked: str, expected: set[str]) -> None:
    desk.article("A walkout at the container port.", title="Port")
    desk.article("New timetable between port and island.", title="Ferry", source="quay")
    desk.article("Greve no porto.", title="Porto", language="pt")
    response = client.get(f"/?{asked}")
    assert response.status_code == 200
    assert {_words(row).split()[0] for row in _rows(response.text)} == expected
    if not expected:
        assert "No article matches" in response.text


def test_paging_shows_every_article_once_newest_first(desk, client: TestClient, monkeypatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 3)
    noon = datetime(2025, 3, 4, 12, tzinfo=UTC)
    dates = [noon, None, noon, noon + timedelta(microseconds=1), None, noon - timedelta(days=1), noon, None]
    ids = [desk.article(f"Number {number}.", published=date) for number, date in enumerate(dates)]
    dated = sorted(((date, item) for date, item in zip(dates, ids, strict=True) if date), reverse=True)
    undated = sorted((item for date, item in zip(dates, ids, strict=True) if not date), reverse=True)
    order = [*(item for _, item in dated), *undated]
    seen, address = [], "/?language=en"
    while address:
        page = client.get(address).text
        seen.append([int(number) for number in re.findall(r'href="\./article/(\d+)"', page)])
        older = re.search(r'href="\./(\?[^"]*)" rel="next"', page)
        address = "/" + older[1].replace("&amp;", "&") if older else ""
    assert seen == [order[:3], order[3:6], order[6:]]


def test_the_sources_and_languages_there_are_are_suggested(desk, client: TestClient) -> None:
    desk.article("Text.", source="lagoon", language="sw")
    page = client.get("/").text
    assert '<option value="lagoon">' in page
    assert '<option value="sw">Swahili</option>' in page


@pytest.mark.parametrize(
    "query", ["below=x", "below=-1", f"below={2**63}", "before=yesterday&below=1", f"q={'x' * 301}"]
)
def test_a_bad_address_is_not_a_fault(warehouse: str, client: TestClient, query: str) -> None:
    response = client.get(f"/?{query}")
    assert response.status_code == 422
    assert "Not an address" in response.text


# An article ----------------------------------------------------------------------------------------------------------


def test_an_article_shows_all_that_is_known(desk, client: TestClient) -> None:
    item = desk.article(
        "By Ana Prado\nMore than 200 dockers left on Monday. A spokes -man was silent.",
        title="Dockers leave",
        agency="Coastal Press",
        url="https://harbour-post.example/a?b=1&c=2",
        removals=[("By Ana Prado\n", RemovalKind.BYLINE)],
        repairs=[("spokes -man", "spokesman")],
        facts=[("number", "More than 200 dockers", "200"), ("date", "Monday", "2025-03-03")],
        evidence=[("agency", "Coastal Press", "removal"), ("doubt", "Tap <here> for more.", "scorer.promo")],
        story=7,
    )
    copy = desk.article("The copy.", title="Dockers leave port", outlet="Quay Weekly", source="quay", story=7)
    desk.article("Another story.", title="Unrelated", story=8)
    desk.quarantine("harbour", "guid-9", "it has no text")
    desk.quarantine("quay", "guid-10", "it is of another source")
    page = client.get(f"/article/{item}").text
    assert re.search(r'<del id="removal-1"[^>]*byline\.invented · 90%[^>]*>.*?By Ana Prado</del>', page)
    assert re.search(r'<ins id="repair-1"[^>]*spokes -man[^>]*>spokesman</ins>', page)
    assert re.search(r'<mark id="fact-1" class="fact number"[^>]*>More than 200 dockers</mark>', page)
    assert re.search(r'<a href="#fact-2">Monday</a></td>\s*<td[^>]*>2025-03-03</td>', page)
    assert re.search(r"<bdi>Coastal Press</bdi>\s*<small[^>]*>from removal, 70%</small>", page)
    assert "<h2>Kept in doubt</h2>" in page
    assert re.search(r"<bdi>Tap &lt;here&gt; for more\.</bdi>\s*<small>scorer\.promo, 70%</small>", page)
    assert f'href="../article/{copy}"' in page
    assert "Unrelated" not in page
    assert "guid-9" in page
    assert "guid-10" not in page
    assert re.search(
        r'href="https://harbour-post\.example/a\?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow"', page
    )


def test_what_articles_bring_cannot_become_markup(desk, client: TestClient) -> None:
    nasty = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
    desk.quarantine(nasty, nasty, nasty)
    item = desk.article(
        nasty + nasty, title=nasty, source=nasty, outlet=nasty, agency=nasty + "a", url="javascript:alert(1)",
        language='"><script>', facts=[("person", nasty, nasty)], evidence=[("outlet", nasty, nasty)], story=1,
        removals=[(nasty, RemovalKind.PROMO)],
    )  # fmt: skip
    desk.article(nasty, title=nasty, story=1)
    for path in ("/", f"/article/{item}", f"/?q={nasty}&source={nasty}&language=%22><script>"):
        page = client.get(path).text
        assert "<script" not in page
        assert "<img" not in page
        assert 'href="javascript' not in page
        assert "&lt;script&gt;" in page


def test_right_to_left_articles_say_so(desk, client: TestClient) -> None:
    item = desk.article("نص قصير", title="عنوان", language="ar")
    page = client.get(f"/article/{item}").text
    assert '<h1 dir="auto" lang="ar">عنوان</h1>' in page
    assert '<p dir="auto">نص قصير</p>' in page


@pytest.mark.parametrize("path", ["/article/999999", "/nowhere/at/all", "/article/", "/static/../app.py"])
def test_what_is_not_there_gives_a_page_that_leads_back(warehouse: str, client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert urljoin(path, re.search(r'<p><a href="([^"]*)">To the latest', response.text)[1]) == "/"


# Where it runs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/newsdesk", "/proxy/airflow/newsdesk"])
def test_all_addresses_stay_under_any_prefix(desk, prefix: str) -> None:
    item = desk.article("Text.", title="Under a prefix", url="https://harbour-post.example/a")
    app, outer = create_app(), FastAPI()
    app.dependency_overrides[may_read] = lambda: None
    outer.mount(prefix, app)
    with TestClient(outer) as client:
        for path in ("/", "/?q=nothing", f"/article/{item}", "/article/999999", "/no/such/page"):
            page = client.get(prefix + path)
            addresses = re.findall(r'(?:href|src|action)="([^"#][^"]*)"', page.text)
            assert len(addresses) >= 3
            for address in addresses:
                target = urljoin(prefix + path, address)
                if urlsplit(target).netloc != "harbour-post.example":
                    assert target.startswith(prefix + "/")
                    assert client.get(target).status_code == 200, target


@pytest.mark.parametrize("name", STATIC)
def test_static_files_are_served(client: TestClient, name: str) -> None:
    response = client.get(f"/static/{name}")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(STATIC[name])


@pytest.mark.parametrize("path", ["/", "/article/1"])
def test_without_postgres_it_says_so_and_no_more(client: TestClient, monkeypatch, path: str) -> None:
    monkeypatch.setenv("COPYDESK_DSN", "postgresql://reader:secret@127.0.0.1:1/copydesk")
    response = client.get(path)
    assert response.status_code == 503
    assert "The warehouse is not reachable" in response.text
    assert "127.0.0.1" not in response.text
    assert "secret" not in response.text


def test_without_migrations_it_says_so(client: TestClient, query) -> None:
    query("DROP SCHEMA copydesk CASCADE")
    response = client.get("/")
    assert response.status_code == 503
    assert "copydesk init" in response.text


def test_a_query_that_takes_too_long_is_ended(warehouse: str, client: TestClient, monkeypatch) -> None:
    monkeypatch.setattr(queries, "STATEMENT_TIMEOUT", "20ms")
    monkeypatch.setattr(queries, "_ARTICLE", "SELECT pg_sleep(5), %s")
    response = client.get("/article/1")
    assert response.status_code == 503
    assert "takes too long" in response.text


def test_it_reads_views_only_and_writes_nothing(warehouse: str) -> None:
    with queries.reading() as cursor:
        cursor.execute("SELECT current_user, current_setting('transaction_read_only')")
        assert cursor.fetchone() == ("copydesk_reader", "on")


def _rows(page: str) -> list[str]:
    listed = re.search(r'<ol class="articles">(.*?)</ol>', page, re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", listed[1], re.DOTALL) if listed else []


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())
