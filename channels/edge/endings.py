"""How every error ends: as JSON with a code and a sentence, whatever raised it."""

from __future__ import annotations

import logging

import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from channels.edge.refused import refusal
from channels.knowledge.notices import Notices
from channels.refusals import GatewayError

log = logging.getLogger(__name__)

_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 400: "invalid", 422: "invalid"}


def install(app: FastAPI, notices: Notices) -> None:
    """Give the application one handler for each family of errors."""

    async def refused(request: Request, problem: Exception) -> Response:
        if not isinstance(problem, GatewayError):
            raise problem
        return refusal(
            notices,
            problem.code,
            problem.status,
            retry_after=problem.retry_after,
            details=problem.details,
        )

    async def invalid(request: Request, problem: Exception) -> Response:
        return refusal(notices, "invalid", 422)

    async def missing(request: Request, problem: Exception) -> Response:
        status = problem.status_code if isinstance(problem, HTTPException) else 500
        answer = refusal(notices, _BY_STATUS.get(status, "invalid"), status)
        if isinstance(problem, HTTPException):
            answer.headers.update(problem.headers or {})
        return answer

    async def unavailable(request: Request, problem: Exception) -> Response:
        log.error("database failed", extra={"cause": type(problem).__name__, "why": str(problem)})
        return refusal(notices, "unavailable", 503, retry_after=5)

    app.add_exception_handler(GatewayError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, missing)
    for family in (DBAPIError, PoolTimeout, psycopg.Error):
        app.add_exception_handler(family, unavailable)
