"""HTML → the article's text and what the page says of itself."""

from copydesk.extract.fragment import fragment_text
from copydesk.extract.page import extract, is_page

__all__ = ["extract", "fragment_text", "is_page"]
