"""The control endpoints: a region misbehaves as ordered, and the others do not."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.sandbox.running import RunningRegistry


def ask(caller: httpx.Client, region: str = "310000", seconds: float = 5) -> httpx.Response:
    """A request that is answered with 404 if all is well."""
    return caller.get(f"/{region}/persons/x/card", timeout=seconds)


@pytest.mark.parametrize(
    ("mode", "status"),
    [("broken", 500), ("unavailable", 503), ("malformed", 200), ("wrong_shape", 200)]
    + [("redirect", 307)],
)
def test_a_wrong_answer(
    registry: RunningRegistry, caller: httpx.Client, mode: str, status: int
) -> None:
    registry.order("310000", mode)
    assert ask(caller).status_code == status
    assert ask(caller, "440000").status_code == 404
    assert registry.heard("310000")[0]["status"] == status
    registry.reset()
    assert ask(caller).status_code == 404


def test_slow_is_late_but_right(registry: RunningRegistry, caller: httpx.Client) -> None:
    registry.order("310000", "slow", seconds=0.2)
    began = time.monotonic()
    assert ask(caller).status_code == 404
    assert time.monotonic() - began >= 0.2


def test_silent_never_answers(registry: RunningRegistry, caller: httpx.Client) -> None:
    registry.order("310000", "silent")
    with pytest.raises(httpx.ReadTimeout):
        ask(caller, seconds=0.2)


def test_cut_ends_in_mid_answer(registry: RunningRegistry, caller: httpx.Client) -> None:
    registry.order("310000", "cut")
    with pytest.raises(httpx.RemoteProtocolError):
        ask(caller)


def test_a_fault_for_so_many_times(registry: RunningRegistry, caller: httpx.Client) -> None:
    registry.order("310000", "broken", times=2)
    assert [ask(caller).status_code for _ in range(3)] == [500, 500, 404]
    assert registry.http.get("/control").json()["regions"]["310000"]["mode"] == "well"


def test_what_cannot_be_ordered_changes_nothing(registry: RunningRegistry) -> None:
    before = registry.http.get("/control").json()
    assert registry.http.put("/control/310000", json={"mode": "odd"}).status_code == 422
    assert registry.http.put("/control/999999", json={"mode": "slow"}).status_code == 404
    assert registry.http.get("/control").json() == before


def test_who_asks_for_an_introduction_gets_no_id_number(registry: RunningRegistry) -> None:
    about = registry.http.get("/")
    assert len(about.json()["people"]) == len(registry.people)
    assert not [one for one in registry.people.values() if one.id_number in about.text]
    assert registry.http.get("/healthz").json() == {"status": "ok"}
