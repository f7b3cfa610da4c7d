"""Lies of the stand-in provider, and how a table of them is tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import JSONResponse

from tests.channels.sign_in.steps import refusal, try_to_sign_in
from tests.conftest import Gateway
from tests.stand_ins.identity import StandInIdentity
from tests.stand_ins.identity_trace import Behind

Lie = Callable[[dict[str, Any]], Any]
NOT_PROVEN = (403, "not_proven")
TOO_LOW = (403, "level_too_low")
TOO_OLD = (403, "sign_in_too_old")
AWAY = (503, "identity_away")


def says(**changed: Any) -> Lie:
    """The truth with some fields changed."""
    return lambda truth: {**truth, **changed}


def without(name: str) -> Lie:
    """The truth with a field left out."""
    return lambda truth: {field: value for field, value in truth.items() if field != name}


def shifted(name: str, seconds: float) -> Lie:
    """A moment moved."""
    return lambda truth: {**truth, name: truth[name] + seconds}


def answers(status: int, body: Any = None) -> Lie:
    """Another status."""
    return lambda truth: JSONResponse(body or {"error": "x"}, status)


async def tried(
    gateway: Gateway,
    liar: StandInIdentity,
    behind: Behind,
    what: str,
    table: Mapping[str, tuple[Lie, tuple[int, str]]],
) -> dict[str, object]:
    """The lies that did not end as expected, or that left something behind."""
    wrong: dict[str, object] = {}
    talk = await gateway.talk()
    for name, (lie, expected) in table.items():
        setattr(liar, what, lie)
        ended = refusal(await try_to_sign_in(gateway, liar, talk))
        if ended != expected or not behind.is_untouched():
            wrong[name] = ended
    return wrong
