"""Transfer a file from a web server in pieces, within bounds of time and size.

    for item in transfer(url, start=0, size=512_000):
        ...  # first the offset at which the answer begins, then its bytes

A server is not trusted. Its redirections lead to web addresses only, never from https to http, and there is a limit to
their number. A body without an end is cut one byte after the end of the file. A compressed one, which is not asked for,
is unpacked piece by piece. A slow one is given up: each piece has to arrive in time. Redirections to addresses of a
private network are not refused: such a request carries no credentials of this program, and nothing is kept of the
answer unless it is the published file.
"""

from __future__ import annotations

import http
import queue
import re
import threading
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from ..errors import ModelError
from ..store.addresses import web_address

if TYPE_CHECKING:
    import requests

# Seconds to connect, and until something arrives.
TIMEOUT = (15.0, 60.0)
# Seconds until a whole piece has arrived; for the first one, with connecting and redirections.
STALL = 80.0
# Bytes of a piece, which is also how much is lost at most when a connection breaks.
PIECE = 2**14
MAX_REDIRECTS = 10

# Bytes by which a body may be longer on the wire than the file.
_OVERHEAD = 2**20
_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")
_CANNOT_CONTINUE = 416  # HTTP: range not satisfiable


class TransferError(Exception):
    """The network or the server failed.

    Attributes:
        final: Another attempt would fail in the same way.
    """

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def transfer(url: str, *, start: int, size: int) -> Iterator[int | bytes]:
    """Fetch a file, or the rest of one.

    The network is read by a thread, because no time limit of a socket ends a read for which a server sends a byte from
    time to time. A thread that is given up holds nothing but its connection.

    Args:
        url: The file's address.
        start: How many bytes of the file are there already.
        size: How many bytes the file has.

    Yields:
        The offset at which the answer begins, `start` or 0; then its bytes, at most one more than the file has.

    Raises:
        TransferError: The network or the server failed; what was yielded before may be kept.
    """
    arrivals: queue.Queue[int | bytes | Exception | None] = queue.Queue(maxsize=4)
    given_up = threading.Event()

    def work() -> None:
        try:
            for item in _answer(url, start, size):
                if not _put(arrivals, item, given_up):
                    return
            _put(arrivals, None, given_up)
        except Exception as error:  # raised again by the thread that waits
            _put(arrivals, error, given_up)

    threading.Thread(target=work, name="transfer", daemon=True).start()
    try:
        while True:
            try:
                item = arrivals.get(timeout=STALL)
            except queue.Empty:
                raise TransferError("no answer in time, or a very slow one") from None
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        given_up.set()


def _put(
    arrivals: queue.Queue[int | bytes | Exception | None],
    item: int | bytes | Exception | None,
    given_up: threading.Event,
) -> bool:
    """Hand an item over; return False when nobody waits for it any more."""
    while not given_up.is_set():
        try:
            arrivals.put(item, timeout=0.2)
        except queue.Full:
            continue
        return True
    return False


def _answer(url: str, start: int, size: int) -> Iterator[int | bytes]:
    import requests
    import urllib3

    try:
        with requests.Session() as session:
            # The library would follow redirections as it is asked not to, and fail at malformed ones with any error.
            session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
            response, begin = _open(session, url, start)
            with response:
                yield begin
                yield from _pieces(response, size + 1 - begin)
    except requests.RequestException as error:
        raise TransferError(
            _reason(error), final=isinstance(error, requests.exceptions.InvalidURL)
        ) from error
    except urllib3.exceptions.HTTPError as error:
        slow = isinstance(error, urllib3.exceptions.TimeoutError)
        raise TransferError("no answer in time" if slow else "the connection broke off") from error
    except (OSError, ValueError) as error:
        raise TransferError(f"an answer that is malformed ({type(error).__name__})") from error


def _open(session: requests.Session, url: str, start: int) -> tuple[requests.Response, int]:
    """Ask for the bytes from `start` on; return the answer and where it really begins."""
    if start:
        response = _get(session, url, {"Range": f"bytes={start}-"})
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        continues = match is not None and match[1] == str(start) and _encoding(response) == "identity"
        if response.status_code == http.HTTPStatus.PARTIAL_CONTENT and continues:
            return response, start
        if response.status_code not in (http.HTTPStatus.PARTIAL_CONTENT, _CANNOT_CONTINUE):
            return _good(response), 0
        response.close()
    return _good(_get(session, url, {})), 0


def _good(response: requests.Response) -> requests.Response:
    """Return an answer that is a file; close another one."""
    try:
        response.raise_for_status()
    except BaseException:
        response.close()
        raise
    return response


def _get(session: requests.Session, url: str, headers: dict[str, str]) -> requests.Response:
    """Return the answer to a request, after redirections."""
    wanted = headers | {"Accept-Encoding": "identity"}
    for _ in range(MAX_REDIRECTS + 1):
        response = session.get(url, headers=wanted, stream=True, timeout=TIMEOUT, allow_redirects=False)
        if not response.is_redirect:
            return response
        response.close()
        url = _redirected(url, response.headers["Location"])
    raise TransferError(f"more than {MAX_REDIRECTS} redirections", final=True)


def _redirected(url: str, location: str) -> str:
    """Return the address that an answer redirects to, if it may."""
    from requests.utils import requote_uri

    try:
        # HTTP's headers are read as Latin-1; servers write addresses in UTF-8.
        target = web_address(requote_uri(urljoin(url, location.encode("latin-1").decode("utf-8"))))
    except (ModelError, ValueError) as error:
        what = f"it redirects to {location[:80]!r}: expected an http(s) address"
        raise TransferError(what, final=True) from error
    if url.lower().startswith("https:") and not target.lower().startswith("https:"):
        raise TransferError(f"it redirects from https to {target[:80]!r}, which is not encrypted", final=True)
    return target


def _encoding(response: requests.Response) -> str:
    return response.headers.get("Content-Encoding", "").strip().lower() or "identity"


def _pieces(response: requests.Response, most: int) -> Iterator[bytes]:
    """Yield the bytes of an answer, unpacked, `most` of them at most."""
    encoding = _encoding(response)
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise TransferError(f"it sends the file packed as {encoding[:40]!r}, not as it is", final=True)
    unpacker = None if encoding == "identity" else zlib.decompressobj(16 + zlib.MAX_WBITS)
    announced = response.headers.get("Content-Length", "")
    received = 0
    limit = most + _OVERHEAD
    for packed in response.raw.stream(PIECE, decode_content=False):
        received += len(packed)
        for piece in _unpacked(packed, unpacker):
            yield piece[:most]
            most -= len(piece)
            if most <= 0:
                return
        if received > limit:  # a packed body may be endless and hold nothing: it is the wrong file
            return
    if (announced.isdigit() and received < int(announced)) or (unpacker and not unpacker.eof):
        raise TransferError("the connection broke off")


def _unpacked(packed: bytes, unpacker: zlib._Decompress | None) -> Iterator[bytes]:
    """Yield pieces of bounded size, however much is packed into one."""
    if unpacker is None:
        yield packed
        return
    try:
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, PIECE)
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise TransferError("what it sends is packed wrongly") from error


def _reason(error: requests.RequestException) -> str:
    """Return the reason of a failure in a few words."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        # The server's own words stay out of the message: a terminal would obey control characters in them.
        status = error.response.status_code
        known = status in http.HTTPStatus.__members__.values()
        return f"the server answers {status} {http.HTTPStatus(status).phrase if known else ''}".strip()
    if isinstance(error, requests.exceptions.InvalidURL):
        return "its address is malformed"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection; is there a network?"
    return type(error).__name__
