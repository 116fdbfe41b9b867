"""Answers of the Bot API that say no, in the words that Telegram uses."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A call that the Bot API refuses: HTTP status and `error_code`, description, and hints for the caller."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        self.code = code
        self.description = description
        self.parameters = parameters
        super().__init__(f"{code} {description}")

    def as_answer(self) -> dict[str, Any]:
        """The JSON body that goes with the HTTP status."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters is not None:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> ApiError:
    """400: the call itself is wrong."""
    return ApiError(400, f"Bad Request: {reason}")


def unauthorized() -> ApiError:
    """401: no bot has this token."""
    return ApiError(401, "Unauthorized")


def forbidden(reason: str) -> ApiError:
    """403: the person does not want to hear from the bot, or never spoke to it."""
    return ApiError(403, f"Forbidden: {reason}")


def blocked_by_user() -> ApiError:
    """403 as it comes when a person has blocked the bot."""
    return forbidden("bot was blocked by the user")


def not_found() -> ApiError:
    """404: there is no such method or file."""
    return ApiError(404, "Not Found")


def conflict(reason: str) -> ApiError:
    """409: two ways of receiving updates at once."""
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """429 with the number of seconds after which the caller may try again."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def server_error(status: int) -> ApiError:
    """5xx: Telegram itself is in trouble."""
    return ApiError(status, {502: "Bad Gateway", 503: "Service Unavailable"}.get(status, "Internal Server Error"))
