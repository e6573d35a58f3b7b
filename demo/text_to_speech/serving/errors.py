"""What clients are told when something fails: OpenAI's error object, for every status.

{"error": {"message": "…", "type": "invalid_request_error", "param": "voice", "code": "voice_not_found"}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InputError, OutputError, SpeechError
from .scheduler import ClosingError, QueueFullError

TYPES = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
RETRY_SECONDS = 1  # that a client is told to wait where nothing better is known


class ApiError(Exception):
    """A refusal or failure in the words of OpenAI's API.

    Args:
        status: Of HTTP.
        message: One line: what was given, what was expected, what to do.
        param: The field of the request that it is about.
        code: A name for programs.
        headers: More headers of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, dict[str, str | None]]:
        """The error object."""
        fallback = "server_error" if self.status >= 500 else "invalid_request_error"
        kind = TYPES.get(self.status, fallback)
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def api_error(error: BaseException, *, retry_seconds: int = RETRY_SECONDS) -> ApiError:
    """Return what a client is told of an exception; of what nobody foresaw it is told nothing.

    Args:
        error: What was raised.
        retry_seconds: After how long the queue may have room.
    """
    message = " ".join(str(error).split())
    retry = {"Retry-After": str(retry_seconds)}
    match error:
        case ApiError():
            return error
        case QueueFullError():
            return ApiError(429, message, code="rate_limit_exceeded", headers=retry)
        case ClosingError():
            return ApiError(503, message, code="server_closing", headers=retry)
        case InputError():
            return ApiError(400, message, param="input", code="invalid_value")
        case OutputError():
            return ApiError(400, message, param="response_format", code="unsupported_format")
        case SpeechError():
            return ApiError(500, message, code="speech_failed")
        case _:
            return ApiError(500, "the server failed; its log tells why", code="internal_error")


def validation_error(problems: list[dict[str, Any]]) -> ApiError:
    """Return what a client is told of a body that is not as the schema says, as pydantic lists the problems."""
    problem = problems[0]
    place = [str(part) for part in problem.get("loc", ()) if part != "body"]
    param = place[0] if place and not place[0].isdigit() else None
    kind = problem.get("type", "")
    if kind == "missing":
        message = f"Missing required parameter: {param!r}." if param else "the body is empty: expected JSON"
        return ApiError(400, message, param=param, code="missing_required_parameter")
    if kind.startswith("json"):
        return ApiError(
            400, f"the body is not JSON: {problem.get('msg', 'expected an object')}", code="invalid_json"
        )
    reason = str(problem.get("msg", "expected another value"))
    reason = reason[0].lower() + reason[1:]
    return ApiError(400, f"{'.'.join(place) or 'the body'}: {reason}", param=param, code="invalid_value")
