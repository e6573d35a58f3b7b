"""The page at `/`: a few files that are read once, sent with a strict policy, and run without a build step.

Every address in them is relative, so that the page works below a path prefix too.
"""

from __future__ import annotations

from importlib import resources

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from ..errors import ApiError
from ..responses import ErrorResponse

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src blob:;"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def files() -> dict[str, bytes]:
    """Return the files of the page by their names."""
    return {
        entry.name: entry.read_bytes()
        for entry in resources.files(__package__).iterdir()
        if "." + entry.name.rpartition(".")[2] in TYPES
    }


def add_page(app: FastAPI) -> None:
    """Add the page to an application: at `/`, and its files below `/page/`."""
    known = files()

    def answer(name: str) -> Response:
        # The name is looked up among those that were read, and never made a path.
        if name not in known:
            return ErrorResponse(ApiError(404, "there is nothing at this address", code="unknown_url"))
        kind = TYPES["." + name.rpartition(".")[2]]
        return Response(known[name], headers={**HEADERS, "content-type": kind})

    @app.get("/", include_in_schema=False)
    async def index(_: Request) -> Response:
        return answer("index.html")

    @app.get("/page/{name}", include_in_schema=False)
    async def part(name: str) -> Response:
        return answer(name)
