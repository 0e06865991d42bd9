"""The byline parser on every author that real pages name. What isn't one person's name alone was told by reading."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from copydesk.metadata.byline import parse_byline
from copydesk.metadata.registry import fold

AGENCIES = """AFP | AFP Deutschland | AFPRelaxnews | AP | APA/AP | Agencia EFE | Associated Press | The Associated
Press | DPA | dpa | dpa/lno | FR mit dpa | Field Level Media | Le Figaro et AFP | red,
wien.ORF.at/Agenturen | kathpress"""
NO_PERSON = """दैनिक भास्कर | BR24 Redaktion | Euronews | Habertürk | Le Monde | Les Echos | MND Staff | ntv.com.tr
| DER SPIEGEL | srf/hosb | kesm | TPN | 読売新聞オンライン | Chicago Tribune | Team EBONY | NBC News | Sun
Sentinel Editorial Board | Executive Content Editor | Redaktion | Die Redaktion von Battery News |
Teufel Blog Redaktion | LD | Fluessiggas.de | Redaktion Gelbe Liste Pharmindex | hessenschau.de/bb |
IWB | Rasender Reporter | MDR THÜRINGEN/ls | MDR SACHSEN-ANHALT | nwx | Staff Writer | PETA-Team |
Redaktion Polizeiticker Schweiz | mh | NDR | Greentech.LIVE Redaktion | www.koffergepackt.com | BBAW
| uncut-news.ch | VZS | przepisy.pl | lupa | BBK Web | BCBSOK Connect Team | DianaHR Team | Workzone
Team | Landesspiegel | Salzburger Nachrichten | Última Hora | AJLabs | University of Tokyo | SWR
Fernsehen | Daheim Solar | Newsdesk | DEUTSCHER TENNIS BUND | Emotion | Nordex SE | Miami Today |
Offshore-Stiftung | revamp-it Webteam | Zvei | Help Net Security | Method Architecture | Paycom Blog
Contributor | Catch more fish | Somerhaus | Model Remodel | midwestlifeandstyle | Krimiblogger |
Realiberry | Limespacer | ALLIN ONE"""
OTHERWISE = {
    "박준석 기자 외 1명": ["박준석"],
    "Von Roland Brockmann und Sebastian Drescher": ["Roland Brockmann", "Sebastian Drescher"],
    "Glen Owen And Brendan Carlin For The Mail On Sunday": ["Glen Owen", "Brendan Carlin"],
    "Jelko Djuren und Jutta Klaukien": ["Jelko Djuren", "Jutta Klaukien"],
    "Rudolf Fischer, Simon Kohler": ["Rudolf Fischer", "Simon Kohler"],
    "E. BARRENECHE / J. I. DA SILVA": ["E. Barreneche", "J. I. Da Silva"],
    "David Brand and Ramsey Khalifeh": ["David Brand", "Ramsey Khalifeh"],
    "Camila Méndez en Territorio": ["Camila Méndez"],
    "Michael Rädel, Redaktion": ["Michael Rädel"],
    "CLARA LÖW, SIDDHARTH PRAKASH & KLAUS JACOB": ["Clara Löw", "Siddharth Prakash", "Klaus Jacob"],
    "Markus M. Haefliger, London, Beat Bumbacher": ["Markus M. Haefliger", "Beat Bumbacher"],
    "Lars Fischer und Alina Schadwinkel": ["Lars Fischer", "Alina Schadwinkel"],
    "JESSICA HOLLY, GAIL LEVY, 7 NEWS WSVN": ["Jessica Holly", "Gail Levy"],
    "Kaufman, Jeff T.": ["Jeff T Kaufman"],
    "Dr. Ang Xiao, Jessica Pan": ["Ang Xiao", "Jessica Pan"],
    "Jared Newman and Sam Singleton": ["Jared Newman", "Sam Singleton"],
    "Aditya Mahindru, Pradeep Patil, Varun Agrawal": ["Aditya Mahindru", "Pradeep Patil", "Varun Agrawal"],
    "Rebecca Lake, CEPF®": ["Rebecca Lake"],
    "Sarah Knowles MW": ["Sarah Knowles"],
    "Dr. Karin J. Schmitz Abteilung Öffentlichkeitsarbeit": ["Karin J. Schmitz"],
    "Frau Sabienes": ["Sabienes"],
    "Marino - Brad Lynch": ["Marino - Brad Lynch"],
}


@pytest.fixture(scope="module")
def truths(shared: Path) -> list[str]:
    found: dict[str, None] = {}
    for file in sorted((shared / "corpora/extraction").glob("*.jsonl.xz")):
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                found |= dict.fromkeys(json.loads(line)["truth"].get("authors") or ())
    return list(found)


def names(table: str) -> list[str]:
    return [" ".join(name.split()) for name in table.split("|")]


def letters(name: str) -> str:
    return "".join(filter(str.isalnum, fold(name)))


def test_the_names_are_right(truths: list[str]) -> None:
    expected = {name: [name] for name in truths} | {name: [] for name in names(AGENCIES) + names(NO_PERSON)} | OTHERWISE
    found = {name: list(parse_byline(name)) for name in truths}
    wrong = {name: got for name, got in found.items() if list(map(letters, got)) != list(map(letters, expected[name]))}
    assert len(truths) > 700
    assert len(wrong) / len(truths) <= 0.03, wrong


@pytest.mark.parametrize("agency", names(AGENCIES))
def test_an_agency_is_no_person(agency: str) -> None:
    assert parse_byline(agency) == ()
