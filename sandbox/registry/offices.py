"""The calls of docs/registry-api.yaml, for the region that the address begins with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from sandbox.registry.access import citizen, register
from sandbox.registry.books import benefits, ledger, statements
from sandbox.registry.books.people import Citizen, Record, Register
from sandbox.registry.problems import Problem

Insurance = Literal[
    "pension",
    "medical",
    "unemployment",
    "injury",
    "maternity",
    "occupational_injury",
    "resident_pension",
    "resident_medical",
]
Month = Annotated[str, Query(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
At = Annotated[Register, Depends(register)]
Of = Annotated[Citizen, Depends(citizen)]
Body = dict[str, Any]

router = APIRouter(prefix="/{region}")


class Lookup(BaseModel):
    """Whom to look up."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id_number: str = Field(pattern=r"^[0-9]{17}[0-9X]$")


@router.post("/person-lookups")
async def look_up(lookup: Lookup, office: At) -> Body:
    """The person with this ID number, by a reference that says nothing about it."""
    found = office.with_number(lookup.id_number)
    if found is None:
        raise Problem(404, "person-unknown", "This person is not on record here")
    record = found.records[office.region.code]
    died: date | None = record.get("died")
    return {
        "person": office.reference(found),
        "name": record.get("name", found.name),
        "birth_date": found.born.isoformat(),
        "death_date": died.isoformat() if died else None,
    }


@router.get("/persons/{person}/contributions")
async def contributions(
    office: At,
    person: Of,
    insurance: Insurance | None = None,
    first: Annotated[Month | None, Query(alias="from")] = None,
    last: Annotated[Month | None, Query(alias="to")] = None,
) -> Body:
    """Month by month, oldest first."""
    if first and last and first > last:
        raise Problem(422, "invalid", "The months are the wrong way round")
    entries = ledger.entries(person.records[office.region.code], office.region, insurance)
    return {
        "contributions": [
            one.written()
            for one in entries
            if (first or one.month) <= one.month <= (last or one.month)
        ]
    }


@router.get("/persons/{person}/accounts")
async def accounts(request: Request, office: At, person: Of, on: date | None = None) -> Body:
    """Balances at the end of a day."""
    today: date = request.app.state.today()
    if on and on > today:
        raise Problem(422, "invalid", "This day has not come yet")
    return {"accounts": statements.accounts(person, office.region, on or today)}


@router.get("/persons/{person}/certificates/{insurance}")
async def certificate(request: Request, office: At, person: Of, insurance: Insurance) -> Body:
    """What a certificate issued today would say."""
    state = request.app.state
    written = statements.certificate(person, office.region, insurance, state.today(), state.key)
    return {"certificate": written}


def _listed(path: str, name: str, read: Callable[[Record], Any]) -> None:
    """A call that needs no more than the record."""

    @router.get(f"/persons/{{person}}/{path}", name=name)
    async def told(office: At, person: Of) -> Body:
        return {name: read(person.records[office.region.code])}


_listed("enrolments", "enrolments", ledger.enrolments)
_listed("benefits", "benefits", benefits.benefits)
_listed("unemployment", "unemployment", benefits.unemployment)
_listed("transfers", "transfers", benefits.transfers)
_listed("card", "card", benefits.card)
_listed("injury-cases", "injury_cases", benefits.injury_cases)
