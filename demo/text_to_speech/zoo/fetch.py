"""Fetch a file of a model from the network: whole and verified, or not at all.

    source ──▶ NAME.part ── size and SHA-384 ──▶ NAME

What has arrived when a connection breaks stays in NAME.part, and the next attempt, or the next run, asks the server
for the rest only. A server that cannot continue sends the whole again. What is not the published file is removed.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ..errors import ChecksumError, ModelError, OutputError
from ..files import cannot_write
from .model_yml import GoogleDriveSource, HttpSource, ModelFile
from .sources import file_sha384

if TYPE_CHECKING:
    import requests

logger = logging.getLogger(__name__)

PART = ".part"
TIMEOUT = (15.0, 60.0)  # seconds to connect, and between two pieces
RETRY_DELAY = 10.0  # seconds between two attempts

_CHUNK = 2**14  # bytes: so much at most is lost when a connection breaks
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
_CANNOT_CONTINUE = 416  # HTTP: range not satisfiable

Progress = Callable[[int], None]


def address(source: HttpSource | GoogleDriveSource) -> str:
    """Return the address that a source is fetched from."""
    if isinstance(source, HttpSource):
        return source.url
    # The answer to the question that Google asks before it gives a large file, which it cannot scan for viruses.
    fields = f"id={quote(source.id)}&export=download&confirm=t"
    return f"https://drive.usercontent.google.com/download?{fields}"


def fetch_file(
    file: ModelFile, target: Path, *, attempts: int = 1, progress: Progress = lambda size: None
) -> None:
    """Fetch a file from its source.

    Args:
        file: What to fetch, with its size and SHA-384.
        target: Where it shall be; its folder is made.
        attempts: How often to try while the network fails.
        progress: Called with the number of bytes that are there, each time that some have arrived.

    Raises:
        ChecksumError: What the source gives is another file; nothing of it is kept.
        ModelError: The network or the server failed; what arrived is kept for the next time.
        OutputError: The file cannot be written.
    """
    part = target.with_name(target.name + PART)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in reversed(range(attempts)):
            try:
                _fetch_part(file, part, progress)
                break
            except _BrokenOffError as error:
                if not left:
                    raise ModelError(_complaint(file, part, str(error))) from error
                logger.info("%s: %s; again in %g seconds", file.name, error, RETRY_DELAY)
                time.sleep(RETRY_DELAY)
        part.replace(target)
    except OutputError:
        raise
    except OSError as error:
        raise cannot_write(target, error) from error


class _BrokenOffError(Exception):
    """The network or the server failed; another attempt may do better."""


def _complaint(file: ModelFile, part: Path, reason: str) -> str:
    host = urlsplit(address(file.source)).netloc
    have = part.stat().st_size if part.is_file() else 0
    kept = f"; {have} of {file.size} bytes are kept, run the command again for the rest" if have else ""
    return f"{file.name} cannot be fetched from {host}: {reason}{kept}"


def _fetch_part(file: ModelFile, part: Path, progress: Progress) -> None:
    """Bring the partial file to its end and verify it, or remove it."""
    start = part.stat().st_size if part.is_file() else 0
    if start > file.size:
        start = 0
    try:
        continued = start == file.size or _receive(file, part, start, progress)
    except OutputError:
        part.unlink(missing_ok=True)  # on a full disk it would only be in the way
        raise
    if part.stat().st_size == file.size and file_sha384(part) == file.checksum:
        return
    size = part.stat().st_size
    part.unlink()
    if continued:  # what was there from an earlier time may be what is wrong
        _fetch_part(file, part, progress)
        return
    what = f"{size} bytes, expected {file.size}" if size != file.size else "its SHA-384 differs"
    raise ChecksumError(f"{address(file.source)} does not give the published {file.name} ({what})")


def _receive(file: ModelFile, part: Path, start: int, progress: Progress) -> bool:
    """Append what the server sends; return whether it continued what was there.

    A file that is longer than expected is cut one byte behind its end: it is the wrong one.
    """
    import requests

    try:
        with requests.Session() as session:
            response, start = _open(session, address(file.source), start)
            with response:
                _write(response, part, start, file.size, progress)
    except requests.RequestException as error:
        raise _BrokenOffError(_reason(error)) from error
    return start > 0


def _open(session: requests.Session, url: str, start: int) -> tuple[requests.Response, int]:
    """Ask for the bytes from `start` on; return the answer and where it really begins."""
    headers = {"Accept-Encoding": "identity"}
    if start:
        wanted = headers | {"Range": f"bytes={start}-"}
        response = session.get(url, headers=wanted, stream=True, timeout=TIMEOUT)
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if response.status_code == 206 and match and int(match[1]) == start:
            return response, start
        if response.status_code not in (206, _CANNOT_CONTINUE):
            response.raise_for_status()
            return response, 0
        response.close()
    response = session.get(url, headers=headers, stream=True, timeout=TIMEOUT)
    response.raise_for_status()
    return response, 0


def _write(response: requests.Response, part: Path, start: int, size: int, progress: Progress) -> None:
    announced = response.headers.get("Content-Length", "")
    have = start
    try:
        with part.open("r+b" if start else "wb") as stream:
            stream.seek(start)
            for chunk in response.iter_content(_CHUNK):
                stream.write(chunk[: size + 1 - have])
                have += len(chunk)
                progress(min(have, size))
                if have > size:
                    return
    except OSError as error:
        if _of_network(error):
            raise
        raise cannot_write(part, error) from error
    if announced.isdigit() and have < start + int(announced):
        raise _BrokenOffError("the connection broke off")


def _of_network(error: OSError) -> bool:
    import requests

    return isinstance(error, requests.RequestException)


def _reason(error: requests.RequestException) -> str:
    """Say in a few words what the library says in many."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}".strip()
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection; is there a network?"
    return type(error).__name__
