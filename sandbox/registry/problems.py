"""Problem answers (RFC 9457). None repeats what was sent, as that may hold an ID number."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

URN = "urn:wenbao:registry:"
_ORDINARY = {
    404: ("not-found", "There is nothing at this address"),
    405: ("method-not-allowed", "This address is not asked in this way"),
}


class Problem(Exception):
    """Why a request is not served."""

    def __init__(
        self, status: int, kind: str, title: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.title = title
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """As it goes out."""
        return JSONResponse(
            {"type": URN + self.kind, "title": self.title, "status": self.status},
            self.status,
            self.headers,
            media_type="application/problem+json",
        )


def answer_with_problems(app: FastAPI) -> None:
    """Every refusal of the application becomes a problem answer."""

    @app.exception_handler(Problem)
    async def refused(request: Request, problem: Problem) -> JSONResponse:
        return problem.response()

    @app.exception_handler(HTTPException)
    async def ordinary(request: Request, problem: HTTPException) -> JSONResponse:
        kind, title = _ORDINARY.get(problem.status_code, ("refused", "The request is refused"))
        return Problem(problem.status_code, kind, title, problem.headers).response()

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, problem: RequestValidationError) -> JSONResponse:
        return Problem(422, "invalid", "The request is not as the contract says").response()
