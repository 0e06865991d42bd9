"""One document of each format, invented, with two items; and how to break one of the two."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from copydesk.formats import Parsed, read
from copydesk.model import Payload


@dataclass(frozen=True)
class Example:
    name: str
    content: str
    titles: tuple[str | None, ...]
    breaking: tuple[str, str] | None = None
    """What to replace so that the second item is broken and the first is not."""


RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>The Harbour Post</title>
<item><guid>a1</guid><title>Ferry runs late</title><link>https://harbour.example/a1</link>
<description>The ferry ran late on Friday. Nobody minded.</description></item>
<item><guid>a2</guid><title>Second</title><link>https://harbour.example/a2</link><description>More.</description></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="pt"><title>Jornal</title>
<entry><id>urn:1</id><title>Barco atrasado</title><link href="https://jornal.example/1"/>
<updated>2025-07-12T10:00:00Z</updated><content type="html">&lt;p&gt;O barco atrasou.&lt;/p&gt;</content></entry>
<entry><id>urn:2</id><title>Segundo</title><link href="https://jornal.example/2"/></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://h.example/"><title>H</title></channel>
<item rdf:about="https://h.example/1"><title>Ferry runs late</title><dc:date>2025-07-11T18:30+05:30</dc:date></item>
<item rdf:about="https://h.example/2"><title>Second</title></item></rdf:RDF>"""

SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://harbour.example/a1</loc><news:news><news:publication><news:name>Harbour Post</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2025-07-11T18:30:00+05:30</news:publication_date>
<news:title>Ferry runs late</news:title></news:news></url>
<url><loc>https://harbour.example/a2</loc><lastmod>2025-07-12</lastmod></url></urlset>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour",
        "home_page_url": "https://harbour.example/",
        "items": [
            {"id": "1", "title": "Ferry runs late", "content_html": "<p>The ferry ran late.</p>"},
            {"id": "2", "title": "Second", "content_text": "More."},
        ],
    }
)

NINJS = json.dumps(
    [
        {"uri": "urn:1", "type": "text", "headline": "Ferry runs late", "body_html": "<p>The ferry ran late.</p>"},
        {"uri": "urn:2", "type": "text", "headline": "Second", "body_text": "More."},
    ]
)

DPA = json.dumps(
    {
        "entries": [
            {"urn": "urn:newsml:dpa.example:1", "version": 2, "headline": "Fähre verspätet", "byline": "Von Ann Lee, dpa",
             "dateline": "Hamburg (dpa) - ", "article_html": "<section><p>Die Fähre kam spät.</p></section>",
             "version_created": "2025-07-11T18:30:00+02:00", "signal": "sig:update", "urgency": 3, "language": "de"},
            {"urn": "urn:newsml:dpa.example:2", "headline": "Zweite", "article_html": "<p>Mehr.</p>"},
        ]
    }
)  # fmt: skip

AP = json.dumps(
    {
        "data": {
            "items": [
                {"item": {"altids": {"itemid": "x1"}, "headline": "Ferry runs late", "versioncreated": "2025-07-11T13:00:00Z",
                          "bylines": [{"by": "By ANN LEE"}], "pubstatus": "usable", "description_summary": "Late again."}},
                {"item": {"altids": {"itemid": "x2"}, "headline": "Second", "versioncreated": "2025-07-11T13:00:00Z"}},
            ]
        }
    }
)  # fmt: skip

JSON_LD = json.dumps(
    {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "NewsArticle", "headline": "Ferry runs late", "url": "https://harbour.example/a1",
             "author": {"@id": "#ann"}, "datePublished": "2025-07-11T18:30:00+05:30", "articleBody": "The ferry ran late."},
            {"@type": "NewsArticle", "headline": "Second", "url": "https://harbour.example/a2"},
            {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
        ],
    }
)  # fmt: skip

G2 = """<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>2025-07-11T13:00:00Z</sent></header><itemSet>
<newsItem guid="urn:1" version="2" xml:lang="en"><rightsInfo><copyrightNotice>© Wire</copyrightNotice>
<usageTerms>Not in Ruritania</usageTerms></rightsInfo><itemMeta><provider literal="wire.example"/>
<versionCreated>2025-07-11T18:30:00+05:30</versionCreated><firstCreated>2025-07-11T18:00:00+05:30</firstCreated>
<pubStatus qcode="stat:usable"/><signal qcode="sig:correction"/><edNote>Corrects the hour.</edNote></itemMeta>
<contentMeta><urgency>3</urgency><headline>Ferry runs late</headline><slugline>FERRY-LATE</slugline><by>By Ann Lee</by>
<dateline>HARBOUR, July 11</dateline><creditline>WIRE</creditline><language tag="en"/>
<subject qcode="medtop:20000589"><name>sea transport</name></subject><keyword>ferry</keyword></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><body>
<p>The ferry ran late.</p><p>Nobody minded.</p></body></html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:2"><contentMeta><headline>Second</headline></contentMeta></newsItem></itemSet></newsMessage>"""

NEWSML_1 = """<NewsML><NewsEnvelope><DateAndTime>20250711T130000Z</DateAndTime></NewsEnvelope>
<NewsItem><Identification><NewsIdentifier><ProviderId>wire.example</ProviderId><NewsItemId>n1</NewsItemId>
<RevisionId>3</RevisionId><PublicIdentifier>urn:newsml:wire.example:n1:3</PublicIdentifier></NewsIdentifier></Identification>
<NewsManagement><FirstCreated>20250711T183000+0530</FirstCreated><Status FormalName="Canceled"/>
<Urgency FormalName="2"/></NewsManagement><NewsComponent><NewsLines><HeadLine>Ferry runs late</HeadLine>
<ByLine>By Ann Lee</ByLine><DateLine>HARBOUR, July 11</DateLine><SlugLine>FERRY</SlugLine></NewsLines>
<DescriptiveMetadata><Language FormalName="en"/><SubjectCode><Subject FormalName="04000000"/></SubjectCode>
</DescriptiveMetadata><ContentItem><MediaType FormalName="Text"/><DataContent><nitf><body><body.content>
<p>The ferry ran late.</p></body.content></body></nitf></DataContent></ContentItem></NewsComponent></NewsItem>
<NewsItem><Identification><NewsIdentifier><NewsItemId>n2</NewsItemId></NewsIdentifier></Identification><NewsManagement/>
<NewsComponent><NewsLines><HeadLine>Second</HeadLine></NewsLines></NewsComponent></NewsItem></NewsML>"""

NITF = """<nitf baselang="en"><head><title>ferry</title><docdata management-status="usable"><doc-id id-string="d1"/>
<urgency ed-urg="4"/><date.issue norm="20250711T183000+0530"/><ed-msg info="Note the hour."/>
<key-list><keyword key="ferry"/></key-list></docdata></head><body><body.head><hedline><hl1>Ferry runs late</hl1></hedline>
<byline>By Ann Lee</byline></body.head><body.content><p>The ferry ran late.</p></body.content></body></nitf>"""

ANPA = (
    "\x16\x16\x01W1234\x1f_asian\r\nu a\x13\x11 BC-Harbour-Ferry 1stLd-Writethru   07-11 0120\r\n"
    "\x02^BC-Harbour-Ferry, 1st Ld-Writethru,120<\r\n^Ferry runs late<\r\n^Eds: Updates hour.<\r\n^By ANN LEE=\r\n"
    "^Harbour Wire=\r\n\t   HARBOUR (HW) _ The ferry ran late, officials\r\nsaid, ``as ever.'' \r\n \r\n\t   Nobody minded.\r\n"
    "\t   \x03AP-WF-07-11-25 1300GMT<\r\n\r\n\x04"
)

IPTC_7901 = (
    "\x01eca0042 3 i 120  hwi 0042\r\n\r\nHarbour/ferry/\r\n\x021ST LEAD\r\nFerry runs late\r\nBy Ann Lee, hwi =\r\n\r\n"
    "Harbour (hwi) - The ferry ran late on\r\nFriday.\r\n\r\nNobody minded.\r\n\r\n\x03111300 GMT Jul 25\r\n\x7f\x04"
)

ZCZC = "ZCZC HW\r\n#Ferry report\r\n$Ferry runs late\r\n:1200\r\n*04000000\r\nHARBOUR, July 11 HW - The ferry ran late.\r\nNNNN"

MAIL = (
    "Received: by mx.example; Fri, 11 Jul 2025 18:30:00 +0530\nMessage-ID: <m1@harbour.example>\n"
    "Date: Fri, 11 Jul 2025 18:30:00 +0530\nSubject: =?utf-8?Q?Ferry_runs_late?=\nFrom: Ann Lee <ann@harbour.example>\n"
    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nThe ferry ran late.\nNobody minded.\n"
)

RITZAU = """<XMLNewsQueuedResponse><ListOfRBNews><RBNews><NewsID>r1</NewsID><PublishDate>2025-07-11T18:30:00</PublishDate>
<headline>Ferry runs late</headline><origin>/hw/</origin><content>&lt;p&gt;The ferry ran late.&lt;/p&gt;</content></RBNews>
<RBNews><NewsID>r2</NewsID><headline>Second</headline></RBNews></ListOfRBNews></XMLNewsQueuedResponse>"""

PLAIN_XML = """<export><story id="p1"><headline>Ferry runs late</headline><byline>Ann Lee</byline><date>2025-07-11</date>
<body>&lt;p&gt;The ferry ran late.&lt;/p&gt;</body></story><story id="p2"><headline>Second</headline><body>More.</body></story></export>"""

HTML = """<!DOCTYPE html><html lang="en"><head><title>Ferry runs late | Harbour Post</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry runs late",
"author": [{"name": "Ann Lee"}], "datePublished": "2025-07-11T18:30:00+05:30"}</script></head>
<body><article><p>The ferry ran late on Friday. Nobody minded.</p></article></body></html>"""

TEXT = "Ferry runs late\n\nThe ferry ran late on Friday.\nNobody minded."

LATE = "Ferry runs late"
EXAMPLES = (
    Example("rss", RSS, (LATE, "Second"), ("<title>Second</title><link>https://harbour.example/a2</link><description>More.</description>", "")),
    Example("atom", ATOM, ("Barco atrasado", "Segundo"), ('<title>Segundo</title><link href="https://jornal.example/2"/>', "")),
    Example("rdf", RDF, (LATE, "Second"), (' rdf:about="https://h.example/2"><title>Second</title>', ">")),
    Example("sitemap", SITEMAP, (LATE, None), ("https://harbour.example/a2", "javascript:alert(2)")),
    Example("jsonfeed", JSON_FEED, (LATE, "Second"), ('{"id": "2", "title": "Second", "content_text": "More."}', "17")),
    Example("ninjs", NINJS, (LATE, "Second"), ('"headline": "Second", "body_text": "More."', '"headline": null')),
    Example("dpa", DPA, ("Fähre verspätet", "Zweite"), ('"headline": "Zweite", "article_html": "<p>Mehr.</p>"', '"article_html": ""')),
    Example("ap", AP, (LATE, "Second"), ('"headline": "Second"', '"headline": ""')),
    Example("json-ld", JSON_LD, (LATE, "Second")),
    Example("newsml-g2", G2, (LATE, "Second"), ("<headline>Second</headline>", "")),
    Example("newsml-1", NEWSML_1, (LATE, "Second"), ("<HeadLine>Second</HeadLine>", "")),
    Example("nitf", NITF, (LATE,)),
    Example("anpa", ANPA, (LATE,)),
    Example("iptc-7901", IPTC_7901, (LATE,)),
    Example("zczc", ZCZC, (LATE,)),
    Example("mail", MAIL, (LATE,)),
    Example("ritzau", RITZAU, (LATE, "Second"), ("<headline>Second</headline>", "")),
    Example("plain-xml", PLAIN_XML, (LATE, "Second"), ("<headline>Second</headline><body>More.</body>", "<headline/><body/>")),
    Example("html", HTML, (LATE,)),
    Example("text", TEXT, (LATE,)),
)  # fmt: skip


def payload(content: str | bytes, **fields: str) -> Payload:
    return Payload(content.encode() if isinstance(content, str) else content, datetime.now(UTC), **fields)


def parsed(content: str | bytes, **fields: str) -> Parsed:
    return read(payload(content, **{"url": "https://harbour.example/the-document", **fields}))
