"""JSON-LD of schema.org articles: as documents, and inside pages."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from copydesk.errors import BrokenFormat, DataError
from copydesk.formats.base import Document, Parsed
from copydesk.formats.fields import MARKUP, line, lines, moment, plain, web_address
from copydesk.model import BodyType, Item, Media
from copydesk.text import clean

NAME = "JSON-LD"
ARTICLES = frozenset(
    """
    NewsArticle Article ReportageNewsArticle OpinionNewsArticle AnalysisNewsArticle BackgroundNewsArticle
    ReviewNewsArticle AskPublicNewsArticle AdvertiserContentArticle SatiricalArticle LiveBlogPosting BlogPosting
    SocialMediaPosting DiscussionForumPosting Report TechArticle ScholarlyArticle MedicalScholarlyArticle Review
    CriticReview ClaimReview Recipe HowTo FAQPage QAPage Interview VideoObject AudioObject ImageGallery MediaGallery
    PodcastEpisode NewsMediaArticle
    """.split()
)
"""Types of schema.org that are, or stand for, one piece of journalism. The true articles are the first of them."""
_TRUE_ARTICLES = re.compile(r"Article$|BlogPosting$|^Report$|Review$|Posting$")
_WRAPPERS = (
    "<!--",
    "-->",
    "/*<![CDATA[*/",
    "/*]]>*/",
    "//<![CDATA[",
    "// <![CDATA[",
    "//]]>",
    "// ]]>",
    "<![CDATA[",
    "]]>",
    ";",
)
"""What pages put around JSON-LD so that old browsers and XML readers leave it alone."""
_REFERRING = ("author", "creator", "publisher", "image", "copyrightHolder")
_MAX_REPAIR = 50_000
_MAX_NODES = 5_000


def sniff(document: Document) -> bool:
    if document.binary or not document.markup.startswith(("{", "[")):
        return False
    return any(True for _ in _articles(_load(document.text))) if '"@type"' in document.text else False


def parse(document: Document) -> Parsed:
    found = list(_articles(_load(document.text)))
    items = tuple(_item(node, document.name, position) for position, node in enumerate(_best(found)))
    if not items:
        raise BrokenFormat("its JSON-LD describes no article", item=document.name)
    return Parsed(items)


def article_of_page(page: str, url: str | None) -> Item | None:
    """What a page's JSON-LD says of its article: the one that names the page's address, else the first."""
    return article_of_scripts(_scripts(page), url)


def article_of_scripts(scripts: Iterable[str], url: str | None) -> Item | None:
    """What the contents of a page's JSON-LD scripts say of its article."""
    found: list[dict[str, Any]] = []
    for script in scripts:
        try:
            found += _articles(_load(script))
        except DataError:
            continue  # the page is read without it
    best = _best(found)
    same = (node for node in best if url and url in (_address(node.get("url")), _address(node.get("mainEntityOfPage"))))
    chosen = next(same, best[0] if best else None)
    return _item(chosen, url, 0) if chosen is not None and _TRUE_ARTICLES.search(_type(chosen)) else None


def _scripts(page: str) -> Iterator[str]:
    """The contents of the page's scripts that are JSON-LD."""
    lower, at = page.lower(), 0
    while (at := lower.find("application/ld+json", at)) >= 0:
        begin = lower.find(">", at)
        if begin < 0:
            return
        end = lower.find("</script", begin)
        if lower.rfind("<script", max(0, at - 500), at) >= 0:
            yield page[begin + 1 : end if end >= 0 else len(page)]
        at = end if end >= 0 else len(page)


def _load(text: str) -> Any:
    """JSON-LD as pages write it: with comments around it, control characters in it, and broken in all ways."""
    text = _unwrapped(text)
    try:
        return json.loads(text, strict=False)
    except RecursionError as error:
        raise BrokenFormat("its JSON-LD is nested too deep") from error
    except ValueError as error:
        if len(text) > _MAX_REPAIR or text.count("[") + text.count("{") > _MAX_NODES:
            raise BrokenFormat(f"its JSON-LD can't be read: {error}") from error
    import json_repair

    try:
        return json_repair.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenFormat(f"its JSON-LD can't be read: {error}") from error


def _unwrapped(text: str) -> str:
    text = text.strip()
    if text[:1] in "[{" and text[-1:] in "]}":
        return text
    for _ in range(4):
        for wrapper in _WRAPPERS:
            text = text.removeprefix(wrapper).removesuffix(wrapper).strip()
    return text


def _articles(data: Any) -> Iterator[dict[str, Any]]:
    """The articles anywhere in the data, in its order; not those that an article only mentions.

    Authors and publishers that stand elsewhere in the graph are put into the article's place for them.
    """
    graph = data.get("@graph") if isinstance(data, dict) else data
    known = {
        node["@id"]: node
        for node in (graph if isinstance(graph, list) else ())
        if isinstance(node, dict) and isinstance(node.get("@id"), str) and not _type(node)
    }
    stack, seen = [data], 0
    while stack and seen < _MAX_NODES:
        node = stack.pop()
        seen += 1
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            if _type(node):
                yield {**node, **{key: _resolved(node[key], known) for key in _REFERRING if key in node}}
                continue
            inner = [node.get(key) for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item")]
            stack.extend(reversed([value for value in inner if isinstance(value, dict | list)]))


def _resolved(value: Any, known: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_resolved(part, known) for part in value[:100]]
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and not value.get("name"):
        return {**known.get(value["@id"], {}), **value}
    return value


def _type(node: dict[str, Any]) -> str:
    """The type that makes it an article; empty where it is none."""
    kinds = node.get("@type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        name = str(kind).rpartition("/")[2].rpartition(":")[2]
        if name in ARTICLES:
            return name
    headline = node.get("headline")
    return "WebPage" if headline and str(kinds) in ("WebPage", "ItemPage", "CreativeWork") else ""


def _best(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The true articles, where there are any; each once."""
    true = [node for node in nodes if _TRUE_ARTICLES.search(_type(node))]
    unique: dict[str, dict[str, Any]] = {}
    for node in true or nodes:
        identity = _address(node.get("url")) or _address(node.get("mainEntityOfPage")) or _text(node.get("headline"))
        unique.setdefault(f"{identity}\n{_text(node.get('headline'))}", node)
    return list(unique.values())


def _item(node: dict[str, Any], base: str | None, position: int) -> Item:
    body = clean(html.unescape(_text(node.get("articleBody") or node.get("reviewBody") or node.get("text")) or ""))
    authors = lines(_names(node.get("author") or node.get("creator")))
    publisher = node.get("publisher") or node.get("sourceOrganization")
    return Item(
        body=body,
        body_type=BodyType.HTML if MARKUP.search(body) else BodyType.TEXT,
        identifier=line(_text(node.get("identifier"))) or line(node.get("@id")),
        version=line(_text(node.get("version"))),
        url=next(
            (
                address
                for key in ("url", "mainEntityOfPage", "@id")
                if (address := web_address(_address(node.get(key)), base))
            ),
            None,
        ),
        title=plain(_text(node.get("headline")) or _text(node.get("name"))),
        summary=plain(_text(node.get("description"))),
        byline=", ".join(authors) or None,
        authors=authors,
        dateline=plain(_text(node.get("dateline"))),
        credit=line(_text(node.get("creditText"))),
        copyright=line(_text(node.get("copyrightNotice")) or next(iter(_names(node.get("copyrightHolder"))), None)),
        usage_terms=web_address(_address(node.get("license"))),
        outlet=next(iter(lines(_names(publisher))), None),
        language=line(_language(node.get("inLanguage"))),
        published=_moment(node, "datePublished", "dateCreated", "uploadDate"),
        updated=_moment(node, "dateModified"),
        keywords=_keywords(node),
        media=tuple(dict.fromkeys(_media(node.get("image"), base))),
        position=position,
    )


def _text(value: Any) -> str | None:
    if isinstance(value, list):
        return next((text for part in value if (text := _text(part))), None)
    if isinstance(value, dict):
        return _text(value.get("@value") or value.get("name") or value.get("value"))
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _address(value: Any) -> str | None:
    if isinstance(value, list):
        return next((found for part in value if (found := _address(part))), None)
    if isinstance(value, dict):
        return _address(value.get("@id") or value.get("url") or value.get("contentUrl"))
    return value if isinstance(value, str) else None


def _names(value: Any) -> Iterator[str | None]:
    if isinstance(value, list):
        for part in value[:100]:
            yield from _names(part)
    elif isinstance(value, dict):
        name = value.get("name") or value.get("byline") or value.get("alternateName")
        if name is None and (value.get("givenName") or value.get("familyName")):
            name = f"{value.get('givenName') or ''} {value.get('familyName') or ''}"
        if isinstance(name, list):
            yield from _names(name)
        else:
            yield plain(_text(name))
    elif isinstance(value, str) and not value.startswith(("http://", "https://")):
        yield plain(value)


def _language(value: Any) -> str | None:
    if isinstance(value, dict):
        return _text(value.get("alternateName") or value.get("@id") or value.get("name"))
    return _text(value)


def _moment(node: dict[str, Any], *keys: str) -> datetime | None:
    return next((found for key in keys if (found := moment(_text(node.get(key))))), None)


def _keywords(node: dict[str, Any]) -> tuple[str, ...]:
    found: list[str | None] = []
    for value in (node.get("articleSection"), node.get("keywords")):
        for part in value if isinstance(value, list) else [value]:
            text = _text(part)
            found += [plain(word) for word in text.split(",")] if text and isinstance(value, str) else [plain(text)]
    return lines(found)


def _media(value: Any, base: str | None) -> Iterator[Media]:
    for part in (value if isinstance(value, list) else [value])[:50]:
        if url := web_address(_address(part), base):
            said = part if isinstance(part, dict) else {}
            credit = (
                said.get("creditText") or said.get("copyrightNotice") or next(iter(_names(said.get("author"))), None)
            )
            yield Media(url, None, plain(_text(said.get("caption"))), line(_text(credit)))
