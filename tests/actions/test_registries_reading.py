"""Bodies that are not as the contract says are refused, and what was wrong is never quoted."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from actions.registries import reading
from actions.registries.errors import RegistryUnavailable, WrongShape
from actions.registries.fields import Fields
from actions.registries.office import Office, Question
from tests.sandbox.running import TOKEN, RunningRegistry

Read = Callable[[Fields, str], tuple[Any, ...]]
# Each reader, with somebody about whom there is something to read.
SUBJECTS: dict[str, tuple[Read, str, str]] = {
    "enrolments": (reading.enrolments, "wangfang", "310000"),
    "contributions": (reading.contributions, "fengxia", "440000"),
    "accounts": (reading.accounts, "wangfang", "310000"),
    "benefits": (reading.benefits, "sunjianguo", "510000"),
    "unemployment": (reading.unemployment, "yangbo", "310000"),
    "transfers": (reading.transfers, "helin", "310000"),
    "card": (reading.cards, "wangfang", "310000"),
    "injury-cases": (reading.injury_cases, "weijuan", "510000"),
    "certificates/pension": (reading.certificates, "yunshan", "510000"),
}
WRONG: tuple[Any, ...] = (
    "",
    " ",
    "秘密",
    10**9 + 0.5,
    True,
    [],
    {},
    ["秘密"],
    "2026-13",
    "2026-02-30",
    "1e3",
)


def body(registry: RunningRegistry, subject: str) -> Any:
    """What the sandbox says, cut down to the first entry of a list."""
    _, login, region = SUBJECTS[subject]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    number = {"id_number": registry.number(login)}
    person = registry.http.post(f"/{region}/person-lookups", json=number, headers=headers).json()
    path = f"/{region}/persons/{person['person']}/{subject}"
    told = registry.http.get(path, headers=headers).json()
    return {name: one[:1] if isinstance(one, list) else one for name, one in told.items()}


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """Where the fields of a body are; of a list, those of the first entry."""
    if isinstance(value, list):
        yield from ((0, *place) for place in places(value[0])) if value else ()
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (name,)
            yield from ((name, *place) for place in places(inner))


def changed(whole: Any, place: tuple[Any, ...], value: Any = None, *, gone: bool = False) -> Any:
    """A copy with one field that is another or not there."""
    other = copy.deepcopy(whole)
    inner = other
    for step in place[:-1]:
        inner = inner[step]
    if gone:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return other


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_field_that_is_not_there_is_missed(sandbox: RunningRegistry, subject: str) -> None:
    read, _, region = SUBJECTS[subject]
    good = body(sandbox, subject)
    assert read(Fields.of(good, ""), region)
    for place in places(good):
        with pytest.raises(WrongShape, match=str(place[-1])):
            read(Fields.of(changed(good, place, gone=True), ""), region)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_value_of_another_kind_is_refused_and_not_quoted(
    sandbox: RunningRegistry, subject: str
) -> None:
    read, _, region = SUBJECTS[subject]
    good = body(sandbox, subject)
    refused = [
        problem
        for place in places(good)
        for wrong in WRONG
        if (problem := refusal(read, changed(good, place, wrong), region))
    ]
    assert len(refused) >= 6 * sum(1 for _ in places(good))
    for problem in refused:
        assert "秘密" not in f"{problem!r} {problem.__cause__!r} {problem.__context__!r}"


def refusal(read: Read, told: Any, region: str) -> WrongShape | None:
    """How a body is refused, if it is."""
    try:
        read(Fields.of(told, ""), region)
    except WrongShape as problem:
        return problem
    return None


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_field_that_we_do_not_know_is_let_through(sandbox: RunningRegistry, subject: str) -> None:
    read, _, region = SUBJECTS[subject]
    good = body(sandbox, subject)
    assert read(Fields.of({**good, "new": 1}, ""), region) == read(Fields.of(good, ""), region)


@pytest.mark.parametrize("amount", ["1.5", "1", "1,000.00", "NaN", "1e9", " 1.00", "١.٠٠", 1.5])
def test_an_amount_has_two_places(amount: Any) -> None:
    with pytest.raises(WrongShape):
        Fields({"base": amount}, "").amount("base")
    assert str(Fields({"base": "-12.30"}, "").amount("base")) == "-12.30"


def test_a_transfer_has_its_three_steps_in_order(sandbox: RunningRegistry) -> None:
    good = body(sandbox, "transfers")
    steps = good["transfers"][0]["steps"]
    for wrong in (steps[:2], steps[::-1], [*steps, steps[0]]):
        told = changed(good, ("transfers", 0, "steps"), wrong)
        with pytest.raises(WrongShape, match=r"transfers\[0\].steps"):
            reading.transfers(Fields.of(told, ""), "310000")


@pytest.mark.parametrize(
    "mode", ["broken", "malformed", "wrong_shape", "redirect", "cut", "silent"]
)
async def test_the_error_names_region_and_reason_and_nobody(
    sandbox: RunningRegistry, mode: str
) -> None:
    sandbox.order("310000", mode)
    number = sandbox.number("wangfang")
    http = httpx.AsyncClient(base_url=f"{sandbox.url}/310000/", trust_env=False)
    office = Office("310000", http, 0.3, time.monotonic, lambda: 0.0)
    with pytest.raises(RegistryUnavailable) as caught:
        await office.ask(number, Question("card", reading.cards), "request-1")
    await office.close()
    problem: BaseException | None = caught.value
    assert str(problem).startswith("310000: ")
    assert (caught.value.__cause__ is None) == (mode in ("broken", "redirect"))
    while problem is not None:
        assert number[:17] not in f"{problem} {problem!r}"
        problem = problem.__cause__ or problem.__context__
