"""What kind of file it is, by its first bytes; never by its name."""

from __future__ import annotations

import json
import re
import tarfile
from enum import StrEnum

HEAD = 64 * 1024
"""So many first bytes are enough to tell."""


class Kind(StrEnum):
    WARC = "WARC"
    ARC = "ARC"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    ZSTD = "zstd"
    ZIP = "zip"
    TAR = "tar"
    MBOX = "mbox"
    JSON_LINES = "JSON Lines"
    MEDIA = "media"
    """Images, sound, video, fonts, programs, PDF: no format of news."""
    DOCUMENT = "document"
    """Anything else: one payload."""


COMPRESSED = frozenset({Kind.GZIP, Kind.BZIP2, Kind.XZ, Kind.ZSTD})
CONTAINERS = COMPRESSED | {Kind.WARC, Kind.ARC, Kind.ZIP, Kind.TAR, Kind.MBOX, Kind.JSON_LINES}

_MAGIC = (
    (Kind.WARC, re.compile(rb"\s{0,8}WARC/\d")),
    (Kind.ARC, re.compile(rb"filedesc://")),
    (Kind.GZIP, re.compile(rb"\x1f\x8b\x08[\x00-\x1f]")),
    (Kind.BZIP2, re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")),
    (Kind.XZ, re.compile(rb"\xfd7zXZ\x00")),
    (Kind.ZSTD, re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")),
    (Kind.ZIP, re.compile(rb"PK(?:\x03\x04|\x05\x06)")),
    (Kind.MBOX, re.compile(rb"From \S+ .{0,40}\d\d:\d\d.{0,40}\d{4}[^\n]{0,20}\r?\n[!-9;-~]+:")),
    (
        Kind.MEDIA,
        re.compile(
            rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....(?:WEBP|WAVE|AVI )|OggS|ID3|fLaC|wOF[F2]|\x7fELF|%PDF"
            rb"|\x00\x00\x00.ftyp|\x1a\x45\xdf\xa3|\x00\x00\x01\x00|MZ\x90\x00|II\*\x00|MM\x00\*",
            re.S,
        ),
    ),
)


def detect(head: bytes) -> Kind:
    """The kind of a file that begins with these bytes."""
    for kind, magic in _MAGIC:
        if magic.match(head):
            return kind
    if is_tar_header(head[:512]):
        return Kind.TAR
    return Kind.JSON_LINES if _is_json_lines(head) else Kind.DOCUMENT


def is_tar_header(block: bytes) -> bool:
    if len(block) < 512 or not block[0]:
        return False
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def _is_json_lines(head: bytes) -> bool:
    """Whether its lines are objects, one a line. Of a first line that is longer than the head this is assumed."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lines = head.splitlines()
    if len(lines) < 2:
        return len(head) >= HEAD // 2 and head.startswith(b'{"')
    return all(line.startswith(b"{") for line in lines[:3] if line) and any(map(_is_object, lines[:3]))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
