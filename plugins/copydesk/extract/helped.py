"""Pages of outlets that need a hand, as their source's selectors leave them."""

from __future__ import annotations

from datetime import datetime

from copydesk.extract.fragment import fragment_text
from copydesk.sources.selectors import Selectors


class Helped:
    """A page as its source's selectors leave it."""

    def __init__(self, html: str, selectors: Selectors) -> None:
        from bs4 import BeautifulSoup

        soup = BeautifulSoup(html, "lxml")
        dated = soup.select_one(selectors.date) if selectors.date else None
        self.published = _time(dated.get_text(" ", strip=True), selectors.date_formats) if dated else None
        for selector in selectors.drop:
            for element in soup.select(selector):
                element.decompose()
        kept = list(soup.select(", ".join(selectors.keep))) if selectors.keep else []
        outer = [element for element in kept if not any(parent in kept for parent in element.parents)]
        self.text = "\n".join(filter(None, (fragment_text(str(element)) for element in outer)))
        """Of the elements to keep; empty where there are none."""
        self.html = str(soup)


def _time(text: str, formats: tuple[str, ...]) -> str | None:
    for form in formats:
        try:
            return datetime.strptime(text, form).isoformat()
        except ValueError:
            continue
    return None
