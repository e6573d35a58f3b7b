"""The command text-to-speech-server: HTTP, WebSocket and Wyoming in one process, with one set of loaded models."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .. import __version__
from ..cli.frame import OneLineParser, run, whole_number
from ..errors import InputError
from ..inference.runtime import PRECISIONS
from ..text.languages import AMERICAN, BRITISH

if TYPE_CHECKING:
    import uvicorn

    from .service import Service
    from .wyoming import WyomingDoor

logger = logging.getLogger(__name__)

KEYS_VARIABLE = "TTS_API_KEYS"  # several are separated by commas
GRACE_SECONDS = 30  # that running speech may take to end after SIGTERM
LARGEST_MESSAGE = 1_000_000  # bytes of a WebSocket
MISSING = "the server needs more packages ({}): pip install 'text-to-speech-demo[server]'"

EXAMPLES = """\
examples:
  %(prog)s
  %(prog)s --vocoder source-filter-light --max-streams 32
  %(prog)s --host 0.0.0.0 --api-key "$KEY" --wyoming tcp://0.0.0.0:10200
  curl http://127.0.0.1:8880/v1/audio/speech -H 'Content-Type: application/json' \\
       -d '{"input": "Hello. How are you?"}' -o hello.mp3
"""


def build_parser() -> OneLineParser:
    """Return the parser of the command line."""
    parser = OneLineParser(
        prog="text-to-speech-server",
        description="Speak for OpenAI clients, browsers and Home Assistant.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    add = parser.add_argument_group("addresses").add_argument
    add("--host", default="127.0.0.1", help="address of HTTP; 0.0.0.0 for all (default: %(default)s)")
    add("--port", type=whole_number(0, 65_535), default=8880, help="port of HTTP (default: %(default)s)")
    add(
        "--wyoming",
        default="tcp://127.0.0.1:10200",
        metavar="URI",
        help="tcp://HOST:PORT, unix://PATH or none (default: %(default)s)",
    )
    add("--zeroconf", metavar="NAME", help="tell Home Assistant of the Wyoming address under this name")
    add("--root-path", default="", metavar="PREFIX", help="path below which a proxy shows the server")
    add = parser.add_argument_group("models").add_argument
    add("-d", "--device", default="CPU", help="OpenVINO's name of the device (default: %(default)s)")
    add("--precision", choices=PRECISIONS, default="auto", help="as in text-to-speech-demo")
    add(
        "--vocoder",
        action="append",
        metavar="NAME",
        help="vocoder of this repository or model file for all voices, several times for several; the first one is"
        " the default (default: for each voice its own, then source-filter-light)",
    )
    add(
        "--voice",
        default="heart",
        help="voice or mixture of who asks for none, or by a name of OpenAI's (default: %(default)s)",
    )
    add(
        "--language",
        choices=(AMERICAN, BRITISH),
        help="English that texts are read in (default: that of the voice)",
    )
    add("-m_duration", "--model_duration", metavar="FILE", help="ForwardTacotron, duration prediction")
    add("-m_forward", "--model_forward", metavar="FILE", help="ForwardTacotron, regression")
    add = parser.add_argument_group("limits").add_argument
    add(
        "--api-key",
        action="append",
        default=[],
        metavar="KEY",
        help=f"ask clients for this key, several times for several; or set {KEYS_VARIABLE}",
    )
    for flag, least, most, default, meaning in (
        ("--max-input", 1, 10_000_000, 100_000, "characters of a text at most"),
        ("--max-streams", 1, 1_000, 16, "requests that are spoken at a time"),
        ("--queue", 0, 10_000, 64, "requests that may wait besides; more are answered 429"),
        ("--threads", 1, 64, 2, "windows that are computed at a time"),
    ):
        add(
            flag,
            type=whole_number(least, most),
            default=default,
            metavar="N",
            help=f"{meaning} (default: %(default)s)",
        )
    add("--log-format", choices=("text", "json"), default="text", help="form of the log on standard error")
    return parser


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON, with what a request says of itself."""

    FIELDS = ("request_id", "method", "path", "status", "seconds")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
            + f".{record.msecs:03.0f}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: getattr(record, name) for name in self.FIELDS if hasattr(record, name)})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class QuietlyBroken(logging.Filter):
    """Drops uvicorn's traceback of an answer that was broken off on purpose; the reason is logged elsewhere."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is to be kept."""
        from .responses import BrokenStreamError

        error = record.exc_info[1] if record.exc_info else None
        while error is not None:
            if isinstance(error, BrokenStreamError):
                return False
            error = getattr(error, "exceptions", (None,))[0] or error.__cause__
        return True


def set_logging(log_format: str) -> None:
    """Log to standard error: requests and failures, a line each."""
    handler = logging.StreamHandler()
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if log_format == "json" else text)
    handler.addFilter(QuietlyBroken())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn.error", "websockets"):
        logging.getLogger(name).setLevel(logging.WARNING)


def wyoming_address(uri: str) -> tuple[str, int] | str | None:
    """Return host and port, the path of a socket file, or None for no address.

    Raises:
        InputError: The address has another form.
    """
    if uri == "none":
        return None
    expected = InputError(f"--wyoming {uri}: expected tcp://HOST:PORT, unix://PATH or none")
    try:
        parts = urlsplit(uri)
        if parts.scheme == "unix" and (parts.netloc + parts.path):
            return parts.netloc + parts.path
        if parts.scheme == "tcp" and parts.hostname and parts.port is not None:
            return parts.hostname, parts.port
    except ValueError:
        raise expected from None
    raise expected


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens for HTTP.

    Raises:
        InputError: The address cannot be used.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise InputError(
            f"http://{host}:{port} cannot be served: {error.strerror or error}; choose another --host or --port"
        ) from None


def keys(args: argparse.Namespace) -> list[str]:
    """Return the keys that clients may have."""
    return [
        key.strip() for key in (*args.api_key, *os.environ.get(KEYS_VARIABLE, "").split(",")) if key.strip()
    ]


def serve(args: argparse.Namespace) -> None:
    """Serve until a signal comes."""
    try:
        import threadpoolctl  # noqa: F401
        import uvicorn  # noqa: F401

        from .application import create_app  # noqa: F401
    except ImportError as error:
        raise InputError(MISSING.format(error.name)) from None
    from .names import voice_id

    args.voice = voice_id(args.voice)
    address = wyoming_address(args.wyoming)
    with contextlib.closing(listening(args.host, args.port)) as bound:
        set_logging(args.log_format)
        spare_threads()
        asyncio.run(_serve(args, bound, address))


def spare_threads() -> None:
    """Let NumPy multiply matrices on the thread that asks for it.

    Between two products the threads of OpenBLAS wait by spinning. The resampler has a small product in every window,
    and with them a second of pcm cost 1.4 times the CPU of one without.
    """
    import threadpoolctl

    threadpoolctl.threadpool_limits(limits=1, user_api="blas")


async def _serve(
    args: argparse.Namespace, bound: socket.socket, address: tuple[str, int] | str | None
) -> None:
    from .wyoming import WyomingDoor

    service = _service(args)
    server = _http_server(args, service)
    door = WyomingDoor(service)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(service.close)
        doors = await _open_wyoming(door, address)
        if args.zeroconf and isinstance(address, tuple):
            from .discovery import announced

            await stack.enter_async_context(announced(args.zeroconf, *address))
        _stop_on_signals(server, service, doors)
        print(f"Listening on {_shown(args, bound)}", flush=True)
        loading = asyncio.create_task(service.start())
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        await asyncio.wait({loading, serving}, return_when=asyncio.FIRST_COMPLETED)
        if loading.done() and not loading.exception():
            for name, target in service.speaker.devices.items():
                print(f"Ready: {name} on {target}", flush=True)
        else:
            server.should_exit = True
        await serving
        await door.close(wait=GRACE_SECONDS)
        await loading


def _service(args: argparse.Namespace) -> Service:
    from .service import Limits, Service
    from .speaker import VOCODERS, Speaker, SpeakerOptions

    given = {"duration_model": args.model_duration, "regression_model": args.model_forward}
    options = SpeakerOptions(
        vocoders=args.vocoder or VOCODERS,
        voice=args.voice,
        device=args.device,
        precision=args.precision,
        language=args.language,
        **{name: Path(path) for name, path in given.items() if path},
    )
    limits = Limits(
        max_input=args.max_input,
        streams=args.max_streams,
        queue=args.queue,
        threads=args.threads,
        keys=keys(args),
    )
    return Service(limits, models=options.models, load=lambda: Speaker.load(options), voice=args.voice)


def _http_server(args: argparse.Namespace, service: Service) -> uvicorn.Server:
    import uvicorn

    from .application import create_app
    from .connections import BoundedProtocol

    class Server(uvicorn.Server):
        """uvicorn's, which leaves the signals to this command: both doors have to end."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server(
        uvicorn.Config(
            create_app(service, close=False),
            http=BoundedProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            root_path=args.root_path.rstrip("/"),
            timeout_graceful_shutdown=GRACE_SECONDS,
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,
        )
    )


async def _open_wyoming(door: WyomingDoor, address: tuple[str, int] | str | None) -> list[asyncio.Server]:
    if address is None:
        return []
    try:
        return [await (door.serve(*address) if isinstance(address, tuple) else door.serve_unix(address))]
    except OSError as error:
        raise InputError(
            f"Wyoming cannot be served at {address}: {error.strerror or error}; choose another --wyoming"
        ) from None


def _stop_on_signals(server: uvicorn.Server, service: Service, doors: Sequence[asyncio.Server]) -> None:
    """Let the first SIGTERM or Ctrl-C end what is begun, and the second one end at once."""

    def stop() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True
        service.scheduler.drain()
        for door in doors:
            door.close()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _shown(args: argparse.Namespace, bound: socket.socket) -> str:
    host = f"[{args.host}]" if ":" in args.host else args.host
    http = f"http://{host}:{bound.getsockname()[1]}"
    return http if args.wyoming == "none" else f"{http} and {args.wyoming}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    return run(serve, build_parser(), argv)


if __name__ == "__main__":
    sys.exit(main())
