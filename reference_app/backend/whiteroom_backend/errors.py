"""What is wrong: with a request (``ApiError``, answered), or with the start (``StartError``)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from whiteroom_monitoring.errors import MonitoringError

DATABASE_RETRY_S = 2


class StartError(MonitoringError):
    """The backend can't start; the text says what to do."""


class ApiError(Exception):
    """A request that gets no answer of 2xx; ``message`` and ``fields`` are shown to the client.

    ``type`` is a value of the label ``type`` of ``http_errors_total``.
    """

    type = "internal"
    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        message: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.message = message
        self.fields = fields
        self.headers = headers
        super().__init__(message)

    @property
    def body(self) -> dict[str, object]:
        """The answer's content."""
        error: dict[str, object] = {"type": self.type, "message": self.message}
        if self.fields:
            error["fields"] = self.fields
        return {"error": error}


class MalformedError(ApiError):
    """What was sent can't be read at all."""

    type = "malformed"
    status = HTTPStatus.BAD_REQUEST


class MediaTypeError(MalformedError):
    """The body is of a type that is not read here."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class UnauthenticatedError(ApiError):
    """There is no session."""

    type = "unauthenticated"
    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class NotFoundError(ApiError):
    """There is no such thing, or not for this account."""

    type = "not_found"
    status = HTTPStatus.NOT_FOUND


class MethodError(NotFoundError):
    """The path exists, but not with this method."""

    status = HTTPStatus.METHOD_NOT_ALLOWED


class ConflictError(ApiError):
    """It exists already."""

    type = "conflict"
    status = HTTPStatus.CONFLICT


class TooLargeError(ApiError):
    """The body is larger than allowed."""

    type = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class InvalidError(ApiError):
    """The body is JSON, but ``fields`` of it are not as expected."""

    type = "invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(f"not as expected: {', '.join(sorted(fields))}", fields)


class RateLimitedError(ApiError):
    """Too many attempts; the next one is allowed in ``retry_after_s``."""

    type = "rate_limited"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after_s: int) -> None:
        message = f"too many failed logins; try again in {retry_after_s} s"
        super().__init__(message, headers={"Retry-After": str(retry_after_s)})


class DatabaseError(ApiError):
    """PostgreSQL is away or too slow. What was to be written may have been."""

    type = "database"
    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self) -> None:
        message = f"the database does not answer; try again in {DATABASE_RETRY_S} s"
        super().__init__(message, headers={"Retry-After": str(DATABASE_RETRY_S)})


class InternalError(ApiError):
    """A fault of the backend's own, of which the client learns nothing."""

    def __init__(self) -> None:
        super().__init__("the backend failed; its log says why")
