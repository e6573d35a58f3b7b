"""A server on 127.0.0.1 that serves one file well or badly, as it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """What the server does.

    Attributes:
        content: The file.
        break_after: For each request to come, after how many bytes the connection breaks off; then none does.
        ranges: Whether it can continue; "wrong" makes it begin elsewhere than asked, "refused" answers 416.
        status: Another answer than the file.
        chunked: Do not say how long the file is.
        location: Where every request is redirected to, as bytes of the header; {n} in it counts the requests.
        encoding: What the header Content-Encoding says of the content.
        endless: Send the content again and again, and do not say how long it is.
        drip: Send one byte of the body each so many seconds.
        drip_headers: The same of a header that has no end.
        asked: The header Range of each request so far.
        encodings: The header Accept-Encoding of each request so far.
        stopped: The server has to end.
    """

    content: bytes
    break_after: list[int] = field(default_factory=list)
    ranges: str = "yes"
    status: int = 200
    chunked: bool = False
    location: bytes = b""
    encoding: str = ""
    endless: bool = False
    drip: float = 0.0
    drip_headers: bool = False
    asked: list[str | None] = field(default_factory=list)
    encodings: list[str | None] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@contextmanager
def serve(served: Served) -> Iterator[Served]:
    """Run the server while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            wanted = self.headers["Range"]
            served.asked.append(wanted)
            served.encodings.append(self.headers["Accept-Encoding"])
            if served.location:
                self.redirect(served.location.replace(b"{n}", str(len(served.asked)).encode()))
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            status = served.status
            if served.ranges == "no":
                start = 0
            elif start and status == 200:
                status = 416 if served.ranges == "refused" else 206
            self.answer(status, start)

        def redirect(self, location):
            self.wfile.write(
                b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
            )

        def answer(self, status, start):
            body = served.content[start:] if status in (200, 206) else b""
            if served.drip_headers:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                self.send(b"a" * 60_000)
                self.close_connection = True
                return
            self.send_response(status)
            if status == 206:
                begin = 0 if served.ranges == "wrong" else start
                self.send_header("Content-Range", f"bytes {begin}-{len(served.content) - 1}/*")
            if served.encoding:
                self.send_header("Content-Encoding", served.encoding)
            if served.chunked or served.endless:
                self.send_header("Connection", "close")
            else:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            end = served.break_after.pop(0) if served.break_after and body else None
            self.send(body[:end])
            self.close_connection = end is not None or served.chunked or served.stopped.is_set()

        def send(self, body):
            for index in range(len(body) if served.drip else 0):
                self.wfile.write(body[index : index + 1])
                self.wfile.flush()
                if served.stopped.wait(served.drip):
                    break
            if not served.drip:
                self.wfile.write(body)
            while served.endless and not served.stopped.is_set():
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            """A client that hangs up is no error here."""

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        served.url = f"http://127.0.0.1:{server.server_port}/file"
        try:
            yield served
        finally:
            served.stopped.set()
            server.shutdown()
