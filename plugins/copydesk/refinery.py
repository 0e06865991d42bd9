"""What reads others' bytes, in a process of its own: what never ends or brings down the interpreter costs itself only.

Code in C obeys no exception and no alarm; a process can always be killed. The child lives for a batch, and is replaced
when it had to be ended.
"""

from __future__ import annotations

import logging
import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO, Any

from copydesk.errors import DataError, TemporaryError, TooLarge
from copydesk.facts import annotate
from copydesk.formats import Parsed, read
from copydesk.model import Article, Fact, Item, Payload
from copydesk.pipeline import Context, refine

log = logging.getLogger(__name__)

SECONDS = 30.0
"""For one item or payload. Real articles take some hundredths of one, a payload of 60 MB two."""
MEMORY = 2 << 30
"""Bytes for one item beyond what the tables take. A page of 8 MB takes an eighth of it."""
_STARTING = 60.0
"""Seconds for a new child, which has to load its tables first, on top of the item's own."""
_BYTES_A_SECOND = 1e6
"""Of a payload, which has so much more time."""
_READY = b"r"
_LENGTH = struct.Struct("!Q")
_PIECE = 1 << 16
_NO_ITEM = Item(body="")


class TooSlow(DataError):
    """The item or payload took longer than :data:`SECONDS`."""

    reason = "too_slow"


class Crashed(DataError):
    """The process that read or refined it died of it, twice."""

    reason = "crashed"


class NotStarted(TemporaryError):
    """The process can't be started: memory is short, or the installation is being replaced."""


class _Died(Exception):
    pass


class Refinery:
    """A child process that reads payloads or refines items, one after the other. To be used by one thread, in a
    ``with``. All it does may raise :class:`NotStarted`."""

    def __init__(self, *, seconds: float | None = None) -> None:
        self._seconds = SECONDS if seconds is None else seconds
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Refinery:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def refine(self, item: Item, context: Context) -> Article:
        """As :func:`copydesk.pipeline.refine`, and :class:`TooSlow` or :class:`Crashed` where it doesn't come back."""
        article: Article = self._call(_refine, (item, context), item.name)
        return replace(article, item=item)

    def read(self, payload: Payload) -> Parsed:
        """As :func:`copydesk.formats.read`, with the same two errors."""
        seconds = self._seconds + len(payload.content) / _BYTES_A_SECOND
        parsed: Parsed = self._call(_read_payload, (payload,), payload.url, seconds)
        return parsed

    def annotate(self, text: str, *, language: str | None, published: date | None, name: str | None) -> list[Fact]:
        """As :func:`copydesk.facts.annotate`, with the same two errors; ``name`` is the item's."""
        facts: list[Fact] = self._call(_annotate, (text, language, published), name)
        return facts

    def _call(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], name: str | None, seconds: float | None = None
    ) -> Any:
        seconds = seconds or self._seconds
        message = pickle.dumps((function.__name__, arguments, name, seconds), pickle.HIGHEST_PROTOCOL)
        try:
            answer = self._ask(message, name, seconds)
        except _Died:
            # Somebody else may have killed it, such as the system when memory was short.
            log.warning("%s: its process died; tried once more", name)
            try:
                answer = self._ask(message, name, seconds)
            except _Died:
                raise Crashed("it brings down the process that reads it; please report it", item=name) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _ask(self, message: bytes, name: str | None, seconds: float) -> Any:
        started, child = self._child is None, self._child or self._start()
        requests, answers = child.stdin, child.stdout
        assert requests is not None
        assert answers is not None
        # With the first item it loads its tables.
        deadline = time.monotonic() + seconds + (_STARTING if started else 0)
        try:
            _write(requests, message, deadline)
            size = _LENGTH.unpack(_read(answers, _LENGTH.size, deadline))[0]
            return pickle.loads(_read(answers, size, deadline))  # noqa: S301 from our own child
        except TimeoutError:
            self._end()
            raise TooSlow(f"it takes longer than {seconds:.0f} s; no article or feed does", item=name) from None
        except (OSError, EOFError):
            self._end()
            raise _Died from None

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            self._child = child = subprocess.Popen(  # noqa: S603 this module itself
                # -P: what lies in the working directory is none of our modules, whatever its name.
                [sys.executable, "-P", "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
            )
            assert child.stdin is not None
            assert child.stdout is not None
            os.set_blocking(child.stdin.fileno(), False)
            _read(child.stdout, len(_READY), time.monotonic() + _STARTING)
        except (OSError, EOFError) as error:
            self._end()
            raise NotStarted(
                f"the process that reads and refines does not start, memory may be short: {error!r}"
            ) from error
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()


def _write(pipe: IO[bytes], message: bytes, deadline: float) -> None:
    data = memoryview(_LENGTH.pack(len(message)) + message)
    while data:
        _, ready, _ = select.select([], [pipe], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        data = data[pipe.write(data) or 0 :]


def _read(pipe: IO[bytes], size: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = pipe.read(min(_PIECE, size - len(parts)))
        if not piece:
            raise EOFError
        parts += piece
    return bytes(parts)


def _refine(item: Item, context: Context) -> Article:
    """The parent has the item, which may be large."""
    return replace(refine(item, context=context), item=_NO_ITEM)


def _read_payload(payload: Payload) -> Parsed:
    return read(payload)


def _annotate(text: str, language: str | None, published: date | None) -> list[Fact]:
    return list(annotate(text, language=language, published=published.isoformat() if published else None))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (_read_payload, _refine, _annotate)
}


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """The child: answers each item with its article, or with what was wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's, who ends us
    _limit_memory()
    answers.write(_READY)
    answers.flush()
    while head := requests.read(_LENGTH.size):
        name: str | None = None
        try:
            function, arguments, name, seconds = pickle.loads(requests.read(_LENGTH.unpack(head)[0]))  # noqa: S301 our parent's
            # Nobody is left to end us where the parent was killed: then the system does.
            signal.setitimer(signal.ITIMER_REAL, 2 * seconds + _STARTING)
            answer = _packed(_FUNCTIONS[function](*arguments))
        except MemoryError:
            answer = _packed(
                TooLarge(f"it takes more than {MEMORY >> 30} GiB of memory; no article or feed does", item=name)
            )
        except Exception as error:
            answer = _packed(error)
            if not isinstance(error, DataError):
                log.exception("%s: a bug in Copydesk", name)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(answer)
        answers.flush()


def _limit_memory() -> None:
    """Where the system counts what a process has (Linux), it is ended before it takes all that others need."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[5])
        limit = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    except (OSError, ValueError) as error:
        log.info("the memory of refining is not limited: %s", error)


def _packed(answer: Any) -> bytes:
    try:
        message = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        message = pickle.dumps(RuntimeError(f"{type(answer).__name__} can't be handed over: {error}"))
    return _LENGTH.pack(len(message)) + message


if __name__ == "__main__":
    # What libraries print must not get among the answers.
    own = sys.stdout.buffer
    sys.stdout = sys.stderr
    _serve(sys.stdin.buffer, own)
