"""Questions to a person about lines that recur, and what their answers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copydesk.boilerplate.recurring import Status
from copydesk.errors import ConfigurationError
from copydesk.warehouse import block_review
from copydesk.warehouse.block_review import Shown
from copydesk.warehouse.connection import transaction
from copydesk.warehouse.items import known_source

ANSWERS = {"strip": Status.APPROVED, "keep": Status.REJECTED}
"""Any other answer decides nothing."""
_SHOWN = 600
"""Characters of a line that a question quotes."""


@dataclass(frozen=True, slots=True)
class Question:
    """About one line; ``body`` is Markdown."""

    block_id: int
    subject: str
    body: str


def waiting(*, source: str | None = None, limit: int = 20) -> list[int]:
    """The lines that wait for a decision, the best supported first. Raises :class:`ConfigurationError`."""
    with transaction() as connection:
        if source:
            known_source(connection, source)
        blocks = block_review.list_blocks(connection, source=source, statuses=[Status.CANDIDATE], limit=limit)
    return [block.block_id for block in blocks]


def questions(ids: Sequence[int]) -> list[Question]:
    """What to ask about these lines, in their order. Raises :class:`ConfigurationError` for one that is gone."""
    with transaction() as connection:
        blocks = {
            block.block_id: block for block in block_review.list_blocks(connection, block_ids=ids, limit=len(ids))
        }
    if gone := [id for id in ids if id not in blocks]:
        raise ConfigurationError(f"lines {gone} were forgotten meanwhile; start the run again")
    return [_question(blocks[id]) for id in ids]


def decide(answers: Mapping[int, str]) -> dict[str, int]:
    """Take answers by block into the rules, and mark the articles that they concern to be refined again. What was
    forgotten since it was asked needs no answer."""
    counts = dict.fromkeys((*ANSWERS, "later", "articles"), 0)
    with transaction() as connection:
        there = {
            block.block_id for block in block_review.list_blocks(connection, block_ids=[*answers], limit=len(answers))
        }
    answers = {block_id: answer for block_id, answer in answers.items() if block_id in there}
    for answer, status in ANSWERS.items():
        blocks = sorted(block_id for block_id, given in answers.items() if given == answer)
        counts[answer] = len(blocks)
        if not blocks:
            continue
        with transaction() as connection:
            block_review.decide(connection, blocks, status)
        mark = block_review.take_out if status is Status.APPROVED else block_review.restore
        with transaction() as connection:
            counts["articles"] += mark(connection, blocks)
    counts["later"] = len(answers) - counts["strip"] - counts["keep"]
    return counts


def _question(block: Shown) -> Question:
    line = " ".join(block.text.split())
    start = line if len(line) <= 60 else line[:59] + "…"
    quoted = line if len(line) <= _SHOWN else line[:_SHOWN] + "…"
    evidence = (
        f"in {block.support:,} articles on {block.days:,} days, {block.share:.0%} of the source's latest",
        f"place: {block.place}, the same in {block.steady:.0%}",
        f"probably boilerplate, by its wording: {block.suspicion:.0%}",
        f"why it is not certain: {'; '.join(block.doubts) or 'it was not seen often enough'}",
        f"seen from {block.first_seen:%Y-%m-%d} to {block.last_seen:%Y-%m-%d}; articles {_numbers(block.examples)}",
    )
    # As code, so that nothing in a stranger's line is Markdown.
    fence = "~~~~"
    body = "\n".join((fence, quoted.replace("~~~", "~ ~ ~"), fence, "", *(f"- {line}" for line in evidence)))
    return Question(block.block_id, f"{block.source}: “{start}”", body)


def _numbers(ids: list[int]) -> str:
    return ", ".join(map(str, ids[-5:]))
