"""Registry files of a user's own: how they go together with ours, and what is said where one is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk import doctor
from copydesk.errors import ConfigurationError
from copydesk.metadata.organisations import Organisation, merged, own_organisations

OURS = (
    Organisation("AP", "agency", ("AP", "Associated Press"), (), ("apnews.com",), "US", (), "Q40469"),
    Organisation("The Gazette", "outlet", ("Evening Gazette",), (), ("gazette.example",), "GB"),
)


def read(folder: Path, toml: str) -> tuple[Organisation, ...]:
    (folder / "own.toml").write_text(toml, "utf-8")
    return own_organisations(folder / "own.toml")


def test_a_file_has_agencies_and_outlets(tmp_path: Path) -> None:
    rows = read(
        tmp_path,
        """
        [[outlet]]
        name = "The Harbour Lantern"
        aliases = ["Harbour Lantern"]
        domains = ["lantern.example"]
        country = "NO"
        [[agency]]
        name = "Fjord Wire"
        short = ["FW"]
        wikidata = "Q1"
        """,
    )
    assert rows == (
        Organisation("Fjord Wire", "agency", short=("FW",), wikidata="Q1"),
        Organisation("The Harbour Lantern", "outlet", ("Harbour Lantern",), (), ("lantern.example",), "NO"),
    )


def test_a_folder_is_its_toml_files_in_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.toml").write_text(f'[[outlet]]\nname = "Paper {name}"\n', "utf-8")
    (tmp_path / "notes.txt").write_text("no TOML", "utf-8")
    assert [row.name for row in own_organisations(tmp_path)] == ["Paper a", "Paper b"]


def test_without_a_file_there_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COPYDESK_REGISTRY", raising=False)
    assert own_organisations() == ()
    assert merged((), OURS) == OURS


def test_a_row_of_the_same_name_adds_to_ours() -> None:
    own = Organisation("The Gazette", "outlet", ("Morning Gazette",), (), ("gazette.test",))
    assert merged([own], OURS) == (
        Organisation(
            "The Gazette",
            "outlet",
            ("Morning Gazette", "Evening Gazette"),
            (),
            ("gazette.test", "gazette.example"),
            "GB",
        ),
        OURS[0],
    )


def test_what_the_row_says_of_kind_and_country_is_believed() -> None:
    found, *_ = merged([Organisation("The Gazette", "agency", country="IE", wikidata="Q1")], OURS)
    assert (found.kind, found.country, found.wikidata, found.aliases) == ("agency", "IE", "Q1", ("Evening Gazette",))


def test_a_name_counts_only_in_the_list_where_the_user_puts_it() -> None:
    found, *_ = merged([Organisation("AP", "agency", short=("AP",))], OURS)
    assert found.aliases == ("Associated Press",)
    assert found.short == ("AP",)
    assert found.wikidata == "Q40469"


def test_a_row_takes_names_and_domains_away_from_ours() -> None:
    own = Organisation("Evening Gazette", "outlet", ("AP",), (), ("gazette.example",))
    assert merged([own], OURS) == (
        own,
        Organisation("AP", "agency", ("Associated Press",), (), ("apnews.com",), "US", (), "Q40469"),
        Organisation("The Gazette", "outlet", (), (), (), "GB"),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            "[[outlet]]\nname = 'A Paper'\nalias = ['Paper A']",
            "outlet 1 (A Paper): alias: unknown (did you mean aliases?)",
        ),
        ("[[outlet]]\ndomains = ['paper.example']", "outlet 1: name: this is needed"),
        ("[[agency]]\nname = 'One'\n[[agency]]\nname = ' '", "agency 2: name: this is needed"),
        ("[[outlet]]\nname = 'A Paper'\naliases = 'Paper A'", "(A Paper): aliases: this is a list of texts"),
        ("[[outlet]]\nname = 'A Paper'\naliases = ['A.']", "(A Paper): aliases: 'A.' is found everywhere"),
        ("[[outlet]]\nname = 'A Paper'\nshort = ['—']", "(A Paper): short: '—' is found everywhere"),
        ("[[outlet]]\nname = 'A Paper'\ndomains = ['https://www.paper.example/news']", "write paper.example"),
        ("[[outlet]]\nname = 'A Paper'\ndomains = ['Paper.example:80']", "write paper.example"),
        ("[[outlet]]\nname = 'A Paper'\ndomains = ['www.paper.example']", "write paper.example"),
        ("[[outlet]]\nname = 'A Paper'\ndomains = ['paper']", "'paper' is no bare domain; write lantern.example"),
        ("[[outlet]]\nname = 'A Paper'\ncountry = 'Norway'", "country: 'Norway' is no country (did you mean NO?)"),
        ("[[outlet]]\nname = 'A Paper'\ncountry = 'no'", "country: 'no' is no country; did you mean NO?"),
        ("[[outlet]]\nname = 'A Paper'\nfounded = 79", "founded: 79 is no year"),
        ("[[outlet]]\nname = 'A Paper'\nfounded = '1979'", "founded: '1979' is no year"),
        ("[[outlet]]\nname = 'A Paper'\nwikidata = 'P31'", "wikidata: 'P31' is no item"),
        ("[[outlets]]\nname = 'A Paper'", "outlets: unknown; a registry file holds [[agency]] and [[outlet]]"),
        ("outlet = 'A Paper'", "outlet: write each as a table of its own, [[outlet]]"),
        ("[outlet]\nname = 'A Paper'", "outlet: write each as a table of its own, [[outlet]]"),
        ("[[outlet]\nname = 'A Paper'", "this can't be read as TOML"),
        ("[[outlet]]\nname = 'A Paper'\n[[agency]]\nname = 'a paper'", "make one row of them"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_row(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read(tmp_path, row)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'own.toml'}: ")


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[[outlet]]\nname = 'A'\ncountry = 'xx'\nwikidata = '5'\n", "utf-8")
    (tmp_path / "b.toml").write_bytes(b"\xff")
    (tmp_path / "c.toml").write_text("[[outlet]]\nname = 'C'\ndomains = ['c.example']\n", "utf-8")
    (tmp_path / "d.toml").write_text("[[outlet]]\nname = 'D'\ndomains = ['c.example']\n", "utf-8")
    with pytest.raises(ConfigurationError) as error:
        own_organisations(tmp_path)
    lines = str(error.value).splitlines()
    assert [Path(line.partition(": ")[0]).name for line in lines] == ["a.toml", "a.toml", "b.toml", "d.toml"]


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="it does not exist; COPYDESK_REGISTRY names"):
        own_organisations(tmp_path / "none.toml")


def test_the_variable_is_heeded_by_every_look_up(tmp_path: Path) -> None:
    """In a process of its own: the registry is read once."""
    (tmp_path / "own.toml").write_text(
        """
        [[outlet]]
        name = "The Harbour Lantern"
        aliases = ["Harbour Lantern", "Reuters"]
        domains = ["lantern.example", "bbc.com"]
        [[agency]]
        name = "AP"
        short = ["AP"]
        """,
        "utf-8",
    )
    code = """
from copydesk.metadata.byline import parse_byline
from copydesk.metadata.registry import by_domain, lookup, scan
print(lookup("harbour lantern").name, by_domain("www.lantern.example").name, by_domain("bbc.com").name, sep="|")
print([hit[2].name for hit in scan("AP told the Harbour Lantern and Reuters")])
print([hit[2].name for hit in scan("AP", short=True)], parse_byline("Harbour Lantern"), lookup("AP").country)
"""
    environment = {**os.environ, "COPYDESK_REGISTRY": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    lantern = "The Harbour Lantern"
    assert done.stdout.splitlines() == [
        f"{lantern}|{lantern}|{lantern}",
        f"['{lantern}', '{lantern}']",
        "['AP'] () US",
    ]


def test_doctor_tells_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_CHECKS", [check for check in doctor._CHECKS if check is not doctor._warehouse])
    monkeypatch.setenv("COPYDESK_REGISTRY", str(tmp_path))
    (tmp_path / "own.toml").write_text("[[outlet]]\nname = 'A Paper'\n", "utf-8")
    found = {finding.subject: finding for finding in doctor.examine()}["registry"]
    assert (found.ok, found.detail) == (True, f"1 rows of your own in {tmp_path}")
    (tmp_path / "own.toml").write_text("[[outlet]]\nname = 5\n", "utf-8")
    found = {finding.subject: finding for finding in doctor.examine()}["registry"]
    assert (found.ok, found.optional) == (False, False)
    assert "own.toml: outlet 1: name: this is needed" in found.detail
