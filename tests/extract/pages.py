"""Pages for tests: an invented outlet's, with the furniture that real ones have."""

from __future__ import annotations

PARAGRAPHS = (
    "The ferry to the northern islands left three hours late on Friday because a valve in the engine room had jammed.",
    "About 340 passengers waited on the quay, the harbour office said. Nobody was hurt, and the captain apologised.",
    "“We heard a bang and then nothing worked,” said Ida Moen, a teacher who was on board with her class of 22.",
    "The company expects the ship to sail on time again on Saturday, a spokeswoman told the Harbour Gazette.",
    "It is the third breakdown on the line this year. The regional council will discuss a replacement in September.",
)
MENU = "".join(f"<li><a href='/{word.lower()}'>{word}</a></li>" for word in ("Home", "Sport", "Weather", "Letters"))
TEASERS = "".join(
    f"<div class='teaser-card'><a href='/{number}'><h3>{title}</h3></a><p>{text}</p></div>"
    for number, (title, text) in enumerate(
        (
            ("Lighthouse to be painted", "The old tower gets a new coat. Read more"),
            ("Market returns to the square", "Stalls open at eight. Read more"),
            ("Choir wins again", "Third time in a row. Read more"),
        )
    )
)


def paragraphs(texts: tuple[str, ...] = PARAGRAPHS) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(body: str | None = None, *, head: str = "", before: str = "", after: str = "", language: str = "en") -> str:
    """A page with menu, teasers, newsletter box, comments and footer around an article's body."""
    body = paragraphs() if body is None else body
    return f"""<!DOCTYPE html><html lang="{language}"><head><title>Ferry three hours late | Harbour Gazette</title>
<meta property="og:site_name" content="Harbour Gazette">{head}</head><body>
<header class="site-header"><ul class="main-menu">{MENU}</ul></header>
<main><article class="story"><h1>Ferry three hours late</h1>{before}
<div class="story-body">{body}</div>{after}</article>
<div class="newsletter-signup"><h4>Never miss a tide</h4>
<p>Sign up for our newsletter and get the news by mail.</p>
</div>
<section class="related"><h2>Related articles</h2>{TEASERS}</section>
<div id="comments" class="comments">
<h3>2 comments</h3><div class="comment"><p>They should buy a new ship.</p></div></div>
</main><footer><p>© Harbour Gazette. All rights reserved.</p></footer></body></html>"""
