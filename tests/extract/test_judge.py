"""The judge of blocks: its arithmetic, its training, and what it finds on pages that people annotated."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import numpy as np
import pytest
from tests.extract.pages import PARAGRAPHS, page

from copydesk.errors import NoText
from copydesk.extract import extract, train
from copydesk.extract.blocks import INLINE, KINDS, SILENT, read_blocks
from copydesk.extract.dom import NO_ELEMENTS, TEXT, Tree, number_of
from copydesk.extract.judge import decide, judge
from copydesk.extract.lexicon import Lexicon

NOTHING = Lexicon({}, {})


def blocks_of(html: str) -> list[tuple[str, str]]:
    page = read_blocks(Tree(html).body, NOTHING)
    return [(KINDS[kind], text) for kind, text in zip(page.kind, page.text, strict=True)]


def test_blocks_are_what_stands_between_line_breaks() -> None:
    assert blocks_of("<p>a <b>b</b><br>c</p>d<ul><li>e<p>f</ul><h2>g</h2><hr>h") == [
        ("p", "a b\nc"),
        ("div", "d"),
        ("li", "e"),
        ("p", "f"),
        ("h2", "g"),
        ("div", "h"),
    ]


def test_a_list_of_links_is_one_block() -> None:
    assert blocks_of("<ul>" + "<li><a href=x>One</a></li>" * 3 + "</ul><p><a href=x>One</a></p>") == [
        ("li", "One\nOne\nOne"),
        ("p", "One"),
    ]


def test_a_menu_without_end_is_several() -> None:
    found = blocks_of("<ul>" + "<li><a href=x>Harbour</a></li>" * 3000 + "</ul>")
    assert 2 < len(found) < 10
    assert "\n".join(text for _, text in found).split() == ["Harbour"] * 3000


def test_links_and_emphasis_are_measured() -> None:
    page = read_blocks(Tree("<p>ab <a href=x>cde</a> <i>f</i></p>").body, NOTHING)
    assert (page.links, page.link_characters, page.emphasised) == ([1], [3], [1])


def test_cells_know_their_row() -> None:
    rows = read_blocks(Tree("<table><tr><td>a<td>b<tr><td>c</table>d").body, NOTHING).row
    assert rows[0] == rows[1] != rows[2]
    assert rows[3] == -1


def test_what_is_silent_is_not_read_and_nothing_recurses() -> None:
    assert blocks_of("<script>x</script><style>y</style><svg><text>z</text></svg><nav>n</nav>t") == [("div", "t")]
    assert blocks_of("<div>" * 1500 + "deep") == [("div", "deep")]


def test_the_cut_maximises_the_expected_score() -> None:
    found = read_blocks(Tree(page()).body, NOTHING)
    sure = np.array([1.0 if text in PARAGRAPHS else 0.0 for text in found.text], dtype=np.float32)
    verdict = decide(found, sure)
    assert [text for text, kept in zip(found.text, verdict.kept, strict=True) if kept] == list(PARAGRAPHS)
    assert verdict.confidence == pytest.approx(1.0)
    assert decide(found, np.full(len(found), 0.1, np.float32)).confidence < 0.2


def test_the_model_is_small_and_whole() -> None:
    file = Path(train.__file__).parent / "data" / "judge.npz"
    assert file.stat().st_size < 1_000_000
    opinions = judge().opinions(read_blocks(Tree(page()).body, judge().lexicon), train.Hints())
    assert ((opinions >= 0) & (opinions <= 1)).all()


def test_a_judge_can_be_trained_and_learns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "EPOCHS", 40)
    with lzma.open(tmp_path / "pages.jsonl.xz", "wt", encoding="utf-8") as file:
        for number in range(40):
            texts = tuple(f"{text} Site {number} says so." for text in PARAGRAPHS)
            row = {
                "url": f"https://site{number}.example/",
                "domain": f"site{number}.example",
                "html": page("".join(f"<p>{text}</p>" for text in texts)),
                "truth": {"text": "\n".join(texts)},
            }
            file.write(json.dumps(row) + "\n")
    pages = list(train.read_pages([tmp_path / "pages.jsonl.xz"]))
    assert len(pages) == 40
    train.train_judge(pages, 3, str(tmp_path / "judge.npz"), report=True)
    assert train._mean_f1(pages) > 0.9
    assert (tmp_path / "judge.npz").stat().st_size > 1000


def test_annotated_pages_are_read_well(shared: Path) -> None:
    """A floor far below what is measured, over pages that the judge was trained on: it falls when something breaks."""
    scores, empty = [], []
    for name in ("fundus", "scrapinghub"):
        with lzma.open(shared / "corpora" / "extraction" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        for row in [row for row in rows if "html" in row and row["truth"].get("text")][::4]:
            try:
                text = extract(row["html"], url=row["url"]).text
            except NoText:
                empty.append(row["url"])
                continue
            ours, theirs = train._shingles(text), train._shingles(row["truth"]["text"])
            scores.append(2 * len(ours & theirs) / max(1, len(ours) + len(theirs)))
    assert len(scores) > 40
    assert len(empty) <= 1
    assert sum(scores) / len(scores) > 0.93


def test_the_parsers_numbers_are_known() -> None:
    body = Tree("<body>text<!-- comment --><?instruction?><p>").body
    assert body is not None
    node, found = body.first_child, []
    while node is not None:
        found.append((node.tag_id == TEXT, node.tag_id in NO_ELEMENTS))
        node = node.next
    assert found == [(True, True), (False, True), (False, True), (False, False)]
    numbers = [number_of(tag) for tag in (*SILENT, *INLINE, *KINDS, "a", "br", "tr", "table", "section", "center")]
    assert all(max(NO_ELEMENTS) < number < 1000 for number in numbers)
