"""Checks of the values of a source. Each gives the value in its usual spelling or raises a :class:`ValueError` that
says what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from functools import cache
from urllib.parse import urlsplit, urlunsplit

SCHEMES = ("https", "http", "file", "package", "s3", "gs", "gcs", "az", "abfs", "abfss", "memory")
PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
"""Those of Airflow that are a cron expression."""
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d{1,6}(?:\.\d+)?[smhdw]\s*)+")
_RESOURCE = re.compile(r"package:[A-Za-z_][\w.]*/[^/].*")
_LANGUAGE = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*(?:-[a-wy-z\d](?:-[a-z\d]{2,8})+)*(?:-x(?:-[a-z\d]{1,8})+)?",
    re.I,
)
_BETTER_TERRITORIES = {"UK": "GB", "EL": "GR"}


def address(value: str) -> str:
    """An address that can be fetched."""
    scheme, separator, _ = value.partition(":")
    if not separator or not scheme.isascii() or not scheme.replace("+", "").isalnum() or len(scheme) < 2:
        raise ValueError(f"{value!r} is no address; write https://…, or file:///… for a file or folder")
    if scheme not in SCHEMES:
        raise ValueError(f"{scheme}: can't be fetched{meant(scheme, SCHEMES)}; there are {', '.join(SCHEMES)}")
    if any(character.isspace() or not character.isprintable() for character in value) and scheme != "file":
        raise ValueError(f"{value!r} has a space or a control character in it; write %20 for a space")
    if scheme == "package":
        if not _RESOURCE.fullmatch(value):
            raise ValueError(f"{value!r}: write package:name.of.package/file")
        return value
    parts = urlsplit(value)
    if "@" in parts.netloc:
        raise ValueError(
            f"{parts.hostname or scheme}: the address holds a user name or a password; "
            "give it without them; drivers of object stores take theirs from the environment"
        )
    if scheme == "file":
        if parts.netloc or not parts.path.startswith("/"):
            raise ValueError(f"{value!r}: write file:/// and the whole path")
    elif not parts.hostname:
        raise ValueError(f"{value!r} has no host" if scheme.startswith("http") else f"{value!r} has no bucket")
    try:
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{value!r}: {error}") from error
    return value


def address_key(url: str) -> str:
    """Of two spellings of one address the same: without scheme, fragment and the slash at the end."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https"):
        return urlunsplit(("", parts.netloc.lower(), parts.path.rstrip("/"), parts.query, ""))
    return url


def each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := next((value for at, value in enumerate(values) if value in values[:at]), None):
        raise ValueError(f"{twice} stands there twice; take one away")
    return values


@cache
def language(value: str) -> str:
    """A BCP 47 tag whose parts exist, in its usual spelling: ``pt-br`` gives ``pt-BR``."""
    from babel import Locale
    from babel.core import get_global

    english = Locale("en")
    found = _LANGUAGE.fullmatch(value)
    if not found:
        raise ValueError(f"{value!r} is no BCP 47 language{_by_name(value, english.languages)}; write de or pt-BR")
    code, script, region = found["language"].lower(), (found["script"] or "").title(), (found["region"] or "").upper()
    if better := get_global("language_aliases").get(code):
        raise ValueError(f"{value!r}: the language {code} is written {better}")
    # A list of all 8,000 languages of three letters is not at hand; CLDR knows every one of two.
    if len(code) == 2 and code not in english.languages:
        raise ValueError(f"{value!r}: there is no language {code}")
    if script and script not in english.scripts:
        raise ValueError(f"{value!r}: there is no script {script}")
    if region:
        country(region) if region.isalpha() else _region(region)
    rest = value[found.end("region") if region else found.end("script") if script else found.end("language") :]
    return "-".join(part for part in (code, script, region) if part) + rest.lower()


@cache
def country(value: str) -> str:
    """An ISO 3166 code of two letters."""
    from babel import Locale

    territories = Locale("en").territories
    if better := _BETTER_TERRITORIES.get(value):
        raise ValueError(f"{value!r} is written {better}")
    if not re.fullmatch("[A-Z]{2}", value) or value not in territories or value in ("EU", "EZ", "UN", "ZZ", "XA", "XB"):
        capitals = f"; did you mean {value.upper()}?" if value.upper() in territories else ""
        raise ValueError(
            f"{value!r} is no country{capitals or _by_name(value, territories)}; write two capitals of ISO 3166"
        )
    return value


@cache
def schedule(value: str) -> str:
    """A cron expression of five fields that comes to pass, or a preset."""
    if value.startswith("@"):
        if value not in PRESETS:
            raise ValueError(f"{value!r} is no preset{meant(value, PRESETS)}; there are {', '.join(PRESETS)}")
        return value
    from croniter import croniter

    if len(value.split()) != 5:
        raise ValueError(f"{value!r} is no cron expression of five fields; write for example */15 * * * *")
    try:
        croniter(value).get_next()
    except (ValueError, KeyError) as error:  # croniter's own errors are ValueErrors
        raise ValueError(f"{value!r} is no time that comes: {error}; write for example */15 * * * *") from error
    return value


@cache
def timezone(value: str) -> str:
    """A zone of the IANA database."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        near = meant(value, available_timezones())
        raise ValueError(f"{value!r} is no time zone{near}; write for example Asia/Kolkata") from error
    return value


def duration(value: object) -> timedelta:
    """A span of time as people write it: ``36h``, ``2d``, ``1w 12h``."""
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        raise ValueError(f"{value!r} is no span of time; write a number and s, m, h, d or w, for example 2d")
    span = timedelta()
    for number, unit in re.findall(r"([\d.]+)([smhdw])", value):
        span += timedelta(**{_UNITS[unit]: float(number)})
    if not span:
        raise ValueError(f"{value!r} is no time at all; leave it out to have the source judged by its own rhythm")
    return span


def write_duration(span: timedelta) -> str:
    """A span as :func:`duration` reads it."""
    seconds = span.total_seconds()
    number, unit = next(
        ((seconds / size, unit) for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)) if seconds % size == 0),
        (seconds, "s"),
    )
    return f"{number:.15g}{unit}"


def meant(word: str, known: Iterable[str]) -> str:
    """`` (did you mean …?)`` where something known is spelt much like the word."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return f" (did you mean {near[0]}?)" if near else ""


def _by_name(value: str, names: Mapping[str, str]) -> str:
    """As :func:`meant`, for the code of what a person has called by its English name."""
    code = next((code for code, name in names.items() if name.casefold() == value.casefold()), None)
    return f" (did you mean {code}?)" if code else ""


def _region(code: str) -> None:
    from babel import Locale

    if code not in Locale("en").territories:
        raise ValueError(f"there is no region {code}")
