"""Who may ask the sandbox registry, and in which version of the contract."""

from __future__ import annotations

import hmac
import re

from fastapi import Request
from starlette.datastructures import Headers

from sandbox.registry.books.people import Citizen, Register
from sandbox.registry.books.rolling import as_of
from sandbox.registry.problems import Problem

VERSION = "1.0"
LARGEST_BODY = 4096
_SPOKEN = re.compile(r"1(\.[0-9]{1,3})?")


def refusal(headers: Headers, token: str) -> Problem | None:
    """Why nothing behind this may happen; comparing tokens takes the same time for every guess."""
    expected, given = f"Bearer {token}", headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        return Problem(
            401, "unauthorised", "A valid bearer token is needed", {"WWW-Authenticate": "Bearer"}
        )
    if _SPOKEN.fullmatch(headers.get("registry-version", VERSION)) is None:
        return Problem(400, "version-unknown", "Only version 1 of the contract is spoken here")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY or "transfer-encoding" in headers:
        return Problem(413, "too-large", "This is more than any question needs")
    return None


async def register(request: Request, region: str) -> Register:
    """The register of the region in the address."""
    registers: dict[str, Register] = request.app.state.registers
    if region not in registers:
        raise Problem(404, "region-unknown", "There is no back office of this region here")
    return registers[region]


async def citizen(request: Request, region: str, person: str) -> Citizen:
    """The citizen behind the reference in the address, with the books as of today."""
    found = (await register(request, region)).with_reference(person)
    if found is None:
        raise Problem(404, "reference-unknown", "This reference is not known or too old")
    return as_of(found, request.app.state.today())
