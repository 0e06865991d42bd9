"""The Newsdesk's web application: read-only pages, rendered on the server, for who may see Airflow's own pages.

Airflow mounts it under ``/newsdesk`` and shows it in an iframe. Every address in its pages is relative, so that it
works behind proxies and under other paths. There is no script and nothing comes from elsewhere.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Annotated, Any
from urllib.parse import urlencode

import psycopg2
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
from airflow.api_fastapi.core_api.security import requires_access_view
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from psycopg2.errors import QueryCanceled
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.base import RequestResponseEndpoint

from copydesk.errors import ConfigurationError, WarehouseUnavailable
from copydesk.newsdesk import queries
from copydesk.newsdesk.render import FACT_GROUPS, article_html, fact_group, web_link

log = logging.getLogger(__name__)

may_read = requires_access_view(AccessView.WEBSITE)
"""Airflow's own check: 401 without a login, 403 without the right to see the website."""

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STATIC = {"newsdesk.css": "text/css", "newsdesk.svg": "image/svg+xml", "newsdesk-dark.svg": "image/svg+xml"}

_BIGINT = 2**63 - 1
_METADATA = (
    "title",
    "published",
    "modified",
    "language",
    "authors",
    "outlet",
    "agency",
    "origin",
    "url",
    "keywords",
)

router = APIRouter()


def create_app() -> FastAPI:
    """The application. It has no route that anonymous users can reach."""
    app = FastAPI(
        title="Newsdesk",
        dependencies=[Depends(may_read)],
        openapi_url=None,
        redirect_slashes=False,  # a redirect's address would be absolute
    )
    app.include_router(router)
    app.middleware("http")(_secure)
    app.add_exception_handler(StarletteHTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_bad_address)
    app.add_exception_handler(WarehouseUnavailable, _on_unavailable)
    app.add_exception_handler(ConfigurationError, _on_not_set_up)
    app.add_exception_handler(psycopg2.ProgrammingError, _on_not_set_up)
    return app


@router.get("/")
def latest(
    request: Request,
    q: Annotated[str, Query(max_length=300)] = "",
    source: Annotated[str, Query(max_length=200)] = "",
    language: Annotated[str, Query(max_length=35)] = "",
    before: datetime | None = None,
    below: Annotated[int | None, Query(ge=0, le=_BIGINT)] = None,
) -> Response:
    """The latest articles; ``before`` and ``below`` are the place after which a page begins."""
    words, source, language = (value.replace("\0", "").strip() for value in (q, source, language))
    search = queries.Search(words, source, language)
    after = queries.Place(before, below) if below is not None else None
    with queries.reading() as cursor:
        listing = queries.list_articles(cursor, search, after)
    asked = {name: value for name, value in (("q", words), ("source", source), ("language", language)) if value}
    place: dict[str, str | int] = {}
    if listing.next:
        place["below"] = listing.next.item_id
        if listing.next.published:
            place["before"] = listing.next.published.isoformat()
    return _page(
        request,
        "latest.html",
        listing=listing,
        search=search,
        asked=asked,
        first=after is None,
        older=urlencode({**asked, **place}) if place else None,
    )


@router.get("/article/{item_id}")
def article(request: Request, item_id: Annotated[int, Path(ge=1, le=_BIGINT)]) -> Response:
    """One article with all that is known of it."""
    with queries.reading() as cursor:
        dossier = queries.read_article(cursor, item_id)
    if dossier is None:
        raise HTTPException(
            HTTPStatus.NOT_FOUND, "There is no such article: it was never refined, or its item waits in quarantine."
        )
    shown = dossier.article
    groups = [group for fact in dossier.facts for group in [fact_group(fact.type)]]
    return _page(
        request,
        "article.html",
        dossier=dossier,
        article=shown,
        text=article_html(shown.text, dossier.facts, dossier.removals, dossier.repairs),
        legend=[(group, groups.count(group)) for group in FACT_GROUPS if group in groups],
        metadata=[(name, getattr(shown, name), _evidence_for(dossier, name)) for name in _METADATA],
        doubts=_evidence_for(dossier, "doubt"),
    )


@router.get("/static/{name}")
def static(name: str) -> Response:
    if name not in STATIC:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return Response(_static(name), media_type=STATIC[name], headers={"Cache-Control": "private, max-age=600"})


@router.get("/{path:path}")
def nowhere(path: str) -> Response:
    """Every other address, so that these too ask for a login before they say anything."""
    raise HTTPException(HTTPStatus.NOT_FOUND)


@cache
def _static(name: str) -> bytes:
    return resources.files("copydesk.newsdesk").joinpath("static", name).read_bytes()


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("copydesk.newsdesk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(
        moment=_moment, language=_language_name, group=fact_group, web=web_link, share=lambda part: f"{part:.0%}"
    )
    return templates


def _page(request: Request, template: str, *, status: int = HTTPStatus.OK, **values: Any) -> HTMLResponse:
    html = _templates().get_template(template).render(root=_root(request), **values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "private, no-store"})


def _root(request: Request) -> str:
    """The way from the page that was asked for to the Newsdesk's first page, as a relative address."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return "../" * (path.count("/") - 1) or "./"


def _evidence_for(dossier: queries.Dossier, field: str) -> list[queries.EvidenceRow]:
    return [row for row in dossier.evidence if row.field == field]


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


@cache
def _language_name(tag: str) -> str:
    """The English name of a BCP 47 language; the tag itself where it has none."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-").get_display_name("en") or tag
    except (UnknownLocaleError, ValueError):
        return tag


async def _secure(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers.update(SECURITY_HEADERS)
    return response


def _error(request: Request, status: int, heading: str, message: str) -> Response:
    return _page(request, "error.html", status=status, heading=heading, message=message)


def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    status = HTTPStatus(error.status_code)
    message = {
        HTTPStatus.UNAUTHORIZED: "Log in to Airflow, then reload this page.",
        HTTPStatus.FORBIDDEN: "Your role in Airflow may not read the Newsdesk; an administrator can change that.",
        HTTPStatus.NOT_FOUND: "The Newsdesk has no such page.",
    }.get(status, "The Newsdesk can't answer that.")
    own = error.detail if error.detail != status.phrase and status == HTTPStatus.NOT_FOUND else message
    return _error(request, status, status.phrase, own)


def _on_bad_address(request: Request, error: Exception) -> Response:
    return _error(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Not an address",
        "Something in this page's address is not as it should be.",
    )


def _on_unavailable(request: Request, error: Exception) -> Response:
    if isinstance(error.__cause__, QueryCanceled):
        message = "The warehouse took more than five seconds over this. Narrow the search, or try again."
        return _error(request, HTTPStatus.SERVICE_UNAVAILABLE, "That takes too long", message)
    # The cause may name hosts, which is for the log and not for every reader.
    log.warning("The Newsdesk cannot reach the warehouse: %s", error)
    message = "Postgres does not answer. Nothing is lost; try again when it is back (`copydesk doctor` says more)."
    return _error(request, HTTPStatus.SERVICE_UNAVAILABLE, "The warehouse is not reachable", message)


def _on_not_set_up(request: Request, error: Exception) -> Response:
    log.warning("The Newsdesk cannot use the warehouse: %s", error)
    message = "Postgres answers, but the warehouse is not there or may not be read. Run `copydesk init`, then reload."
    return _error(request, HTTPStatus.SERVICE_UNAVAILABLE, "The warehouse is not set up", message)
