"""How every error ends: with a code and a sentence, as JSON or a page, whatever raised it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from channels.edge.refused import Refusals, seen_by_a_person
from channels.knowledge.notices import INTERNAL
from channels.refusals import GatewayError

log = logging.getLogger(__name__)

_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 400: "invalid", 422: "invalid"}


def install(app: FastAPI, refusals: Refusals, has_chat: Callable[[], Awaitable[bool]]) -> None:
    """Give the application one handler for each family of errors."""

    async def refused(request: Request, problem: Exception) -> Response:
        if not isinstance(problem, GatewayError):
            raise problem
        return refusals.answer(
            request.scope,
            problem.code,
            problem.status,
            retry_after=problem.retry_after,
            details=problem.details,
            has_chat=seen_by_a_person(request.scope) and await has_chat(),
        )

    async def invalid(request: Request, problem: Exception) -> Response:
        return refusals.answer(request.scope, "invalid", 422)

    async def missing(request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        code = _BY_STATUS.get(status, "invalid")
        led_on = seen_by_a_person(request.scope) and await has_chat()
        answer = refusals.answer(request.scope, code, status, has_chat=led_on)
        if isinstance(problem, HTTPException):
            answer.headers.update(problem.headers or {})
        return answer

    async def unavailable(request: Request, problem: Exception) -> Response:
        log.error("database failed", extra={"cause": type(problem).__name__, "why": str(problem)})
        # Who only opens a page has sent no message that could be lost.
        looks = request.method == "GET" and seen_by_a_person(request.scope)
        code = INTERNAL if looks else "unavailable"
        return refusals.answer(request.scope, code, 503, retry_after=5)

    app.add_exception_handler(GatewayError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, missing)
    for family in (DBAPIError, PoolTimeout, psycopg.Error):
        app.add_exception_handler(family, unavailable)
