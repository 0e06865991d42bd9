"""The command line. Exit codes: 0 done, 1 not done, 2 wrong use, 3 done but for items that went into quarantine."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from copydesk.cli_backfill import backfill
from copydesk.cli_blocks import blocks
from copydesk.cli_digest import digest
from copydesk.cli_export import export
from copydesk.cli_quarantine import quarantine
from copydesk.cli_runs import runs, stats
from copydesk.cli_sources import sources
from copydesk.errors import ConfigurationError, CopydeskError

if TYPE_CHECKING:
    from copydesk.model import Payload

NOT_DONE, PARTLY_DONE = 1, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="copydesk")
@click.option("--verbose", "-v", is_flag=True, help="Say on stderr what is done.")
def cli(verbose: bool) -> None:
    """Clean text, metadata and facts out of syndicated news."""
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, format="%(levelname)s %(name)s: %(message)s")


cli.add_command(sources)
cli.add_command(blocks)
cli.add_command(export)
cli.add_command(digest)
cli.add_command(quarantine)
cli.add_command(runs)
cli.add_command(stats)


def main() -> None:
    """The entry point: errors that are no bugs end in one line on stderr."""
    try:
        cli()
    except CopydeskError as error:
        click.echo(f"copydesk: {error}", err=True)
        sys.exit(NOT_DONE)


@cli.command()
def init() -> None:
    """Set up the warehouse: start the embedded Postgres where none is configured, and migrate."""
    from copydesk.warehouse import prepare

    applied = prepare()
    click.echo(f"applied {', '.join(applied)}" if applied else "the warehouse is up to date")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Say what is missing on this machine and how to get it."""
    from copydesk.doctor import examine

    findings = examine()
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            mark = click.style("ok     ", fg="green") if finding.ok else click.style("missing", fg="red")
            click.echo(f"{mark}  {finding.subject}: {finding.detail}")
            if not finding.ok:
                click.echo(f"         {finding.remedy}")
    if not all(finding.ok or finding.optional for finding in findings):
        sys.exit(NOT_DONE)


def _document_options(command: Any) -> Any:
    for option in (
        click.option("--published", metavar="DATE", help="When it was published (ISO 8601); wins over what it says."),
        click.option("--outlet", help="Who published this copy."),
        click.option("--language", help="BCP 47, for example pt-BR."),
    ):
        command = option(command)
    return command


@cli.command()
@click.argument("document", metavar="FILE|URL|-")
@_document_options
@click.option("--json", "as_json", is_flag=True, help="Print the article as JSON.")
@click.option("--diff", is_flag=True, help="Print only what was changed: lines as they came and as they are now.")
def refine(
    document: str, published: str | None, outlet: str | None, language: str | None, as_json: bool, diff: bool
) -> None:
    """Show one document cleaned: removed text struck through, facts marked. Nothing is loaded.

    A feed gives one article an item.
    """
    from copydesk import pipeline
    from copydesk.formats import read
    from copydesk.terminal import article_json, doubts_of, print_article, print_diff, print_doubts

    payload = _read(document)
    parsed = read(payload)
    context = pipeline.Context(
        published=_moment(published), outlet=outlet, language=language, fetched_at=payload.fetched_at
    )
    articles, errors = [], [str(refusal) for _, refusal in parsed.refused]
    for item in parsed.items:
        try:
            articles.append(pipeline.refine(item, context=context))
        except CopydeskError as error:
            errors.append(str(error))
    if as_json:
        shown = [article_json(article) for article in articles]
        click.echo(json.dumps(shown[0] if len(shown) == 1 and not errors else shown, indent=2, ensure_ascii=False))
    else:
        for article in articles:
            if diff:
                print_diff(article.source_text(), article.removals, article.repairs)
                print_doubts(doubts_of(article))
            else:
                print_article(article)
    for message in errors:
        click.echo(f"copydesk: {message}", err=True)
    if errors:
        sys.exit(PARTLY_DONE if articles else NOT_DONE)


@cli.command()
@click.argument("document", metavar="FILE|URL|-")
@click.option("--language", help="BCP 47, for example pt-BR; the text is asked where it is missing.")
@click.option("--outlet", help="Who published this copy: its own disclaimers name it.")
@click.option("--json", "as_json", is_flag=True, help="Print text and removals as JSON.")
@click.option("--diff", is_flag=True, help="Print what was taken out, by which rule, instead of what is left.")
def strip(document: str, language: str | None, outlet: str | None, as_json: bool, diff: bool) -> None:
    """Print a text, or a page's text, without what outlets and agencies wrapped around it."""
    from copydesk.boilerplate import strip as strip_text
    from copydesk.extract import extract, is_page
    from copydesk.formats.base import decode
    from copydesk.terminal import print_diff, print_doubts, printable

    payload = _read(document)
    text = decode(payload)
    if is_page(text):
        text = extract(text, url=payload.url).text
    stripped = strip_text(text, language=language, source=outlet)
    if as_json:
        click.echo(json.dumps(asdict(stripped), indent=2, ensure_ascii=False))
    elif diff:
        print_diff(text, stripped.removals)
        print_doubts((doubt.text, doubt.rule, doubt.confidence) for doubt in stripped.doubts)
    else:
        click.echo(printable(stripped.text))


@cli.command()
@click.argument("names", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def fetch(names: tuple[str, ...], as_json: bool) -> None:
    """Fetch sources, load what is new and refine it: what their DAGs do, once and without Airflow."""
    from copydesk import fetching, jobs
    from copydesk.backfill import refine_pending
    from copydesk.sources import find_source

    sources = [find_source(name) for name in names]
    shown, failures = {}, []
    with _progress(names) as ticked:
        for source, _ in zip(sources, ticked, strict=True):
            fetched = fetching.fetch_source(source, run_id="cli")
            loaded = jobs.load_payloads(fetched.payload_ids, run_id="cli")
            pages = fetching.fetch_pages(source)
            shown[source.name] = {**asdict(loaded.counts), "pages": pages.fetched}
            failures += [f"{url}: {error}" for url, error in fetched.failures.items()]
            failures += loaded.unreadable.values()
    articles = refine_pending(run_id="cli")
    if as_json:
        click.echo(json.dumps({"sources": shown, "articles": asdict(articles), "failures": failures}))
    else:
        for name, counts in shown.items():
            click.echo(
                f"{name}: "
                + ", ".join(f"{number} {word}" for word, number in counts.items() if number or word == "new")
            )
        click.echo(f"{articles.new + articles.revised} articles refined, {articles.quarantined} quarantined")
    for message in failures:
        click.echo(f"copydesk: {message}", err=True)
    if failures:
        sys.exit(PARTLY_DONE if any(counts["received"] for counts in shown.values()) else NOT_DONE)


@cli.command()
@click.argument("documents", metavar="FILE|URL|-...", nargs=-1, required=True)
@click.option("--source", "source_name", help="A source of dags/sources; its outlet, language and rules apply.")
@_document_options
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def ingest(
    documents: tuple[str, ...],
    source_name: str | None,
    published: str | None,
    outlet: str | None,
    language: str | None,
    as_json: bool,
) -> None:
    """Load documents into the warehouse and refine them."""
    from copydesk import jobs
    from copydesk.sources import DOCUMENTS, find_source

    source = find_source(source_name) if source_name else DOCUMENTS
    given = jobs.Given(published=_moment(published), outlet=outlet, language=language)
    payloads, failures = [], []
    with _progress(documents) as names:
        for name in names:
            try:
                payloads.append(_read(name))
            except CopydeskError as error:
                failures.append(str(error))
    done = jobs.ingest_documents(payloads, source, run_id="cli", given=given)
    failures += done.quarantined
    if as_json:
        click.echo(json.dumps({"items": asdict(done.items), "articles": asdict(done.articles), "failures": failures}))
    else:
        items, articles = done.items, done.articles
        click.echo(
            f"{items.received} items: {items.new} new, {items.revised} revised, {items.unchanged} unchanged; "
            f"{articles.new + articles.revised} articles loaded, {len(failures)} failed"
        )
    for message in failures:
        click.echo(f"copydesk: {message}", err=True)
    if failures:
        sys.exit(PARTLY_DONE if items_loaded(done) else NOT_DONE)


cli.add_command(backfill)


def items_loaded(done: Any) -> bool:
    return bool(done.articles.new + done.articles.revised or done.items.unchanged)


def _read(name: str) -> Payload:
    from copydesk.fetch import fetch
    from copydesk.model import Payload

    if name == "-":
        return Payload(sys.stdin.buffer.read(), datetime.now(UTC))
    return fetch(name, allow_private=True)


def _moment(value: str | None) -> datetime | None:
    from copydesk.documents import published

    try:
        return published(value)
    except ConfigurationError as error:
        raise click.BadParameter(str(error), param_hint="--published") from error


@contextmanager
def _progress(names: tuple[str, ...]) -> Iterator[Any]:
    """A progress bar on long work, on a terminal."""
    if len(names) > 3 and sys.stderr.isatty():
        with click.progressbar(names, label="reading", file=sys.stderr) as bar:
            yield bar
    else:
        yield names
