"""The client of the back offices against the running sandbox."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from datetime import date
from decimal import Decimal

import pytest

from actions.registries.client import Answers, Registries
from actions.registries.entries import Account, Card, Contribution
from tests.actions.stage import ROOT
from tests.sandbox.running import REGIONS, TOKEN, RunningRegistry


async def test_contributions_come_from_every_region_in_the_order_asked(
    client: Registries, sandbox: RunningRegistry
) -> None:
    found = await client.contributions(sandbox.number("douyue"), "pension", REGIONS[::-1])
    assert (found.silent, found.unknown) == ((), ())
    assert list(dict.fromkeys(one.region for one in found.contributions)) == list(REGIONS[::-1])
    assert len(found.contributions) == 93 + 81 + 66


async def test_a_month_is_read_as_it_is(client: Registries, sandbox: RunningRegistry) -> None:
    found = await client.contributions(
        sandbox.number("wangfang"), "pension", REGIONS, first="2026-10", last="2026-10"
    )
    month = Contribution(
        month="2026-10",
        region="310000",
        insurance="pension",
        employer="上海示例机械有限公司",
        base=Decimal("12400.00"),
        personal=Decimal("992.00"),
        employer_part=Decimal("1984.00"),
        status="paid",
        counted=True,
    )
    assert found == Answers((month,), (), ("440000", "510000"))


async def test_who_is_known_nowhere_is_unknown_everywhere(
    client: Registries, sandbox: RunningRegistry
) -> None:
    assert await client.contributions(sandbox.number("bainan"), "pension", REGIONS) == Answers(
        (), (), REGIONS
    )
    assert {one["path"].rsplit("/", 1)[1] for one in sandbox.heard()} == {"person-lookups"}


async def test_known_without_a_month_is_not_unknown(
    client: Registries, sandbox: RunningRegistry
) -> None:
    found = await client.contributions(sandbox.number("fanbing"), "pension", ["510000"])
    assert found == Answers((), (), ())


async def test_names_can_differ(client: Registries, sandbox: RunningRegistry) -> None:
    found = await client.persons(sandbox.number("xieting"), REGIONS)
    assert [(one.region, one.name) for one in found.entries] == [
        ("310000", "谢婷"),
        ("510000", "谢亭"),
    ]
    assert {one.birth_date for one in found.entries} == {date(1990, 7, 7)}
    (dead,) = (await client.persons(sandbox.number("qixue"), ["510000"])).entries
    assert dead.death_date == date(2024, 3, 18)


async def test_people_of_the_same_name_are_not_mixed_up(
    client: Registries, sandbox: RunningRegistry
) -> None:
    employers = [
        {one.employer for one in (await client.enrolments(number, ["310000"])).entries}
        for number in (sandbox.number("zhangmin1"), sandbox.number("zhangmin2"))
    ]
    assert employers == [{"上海示例印刷有限公司"}, {"上海示例保洁有限公司"}]


async def test_enrolments_accounts_and_the_card(
    client: Registries, sandbox: RunningRegistry
) -> None:
    number = sandbox.number("shuicheng")
    enrolments = (await client.enrolments(number, REGIONS)).entries
    assert {(one.insurance, one.status, one.last) for one in enrolments} == {
        (insurance, "suspended", date(2023, 5, 31))
        for insurance in ("pension", "medical", "unemployment", "injury", "maternity")
    }
    accounts = (await client.accounts(number, REGIONS, date(2021, 12, 31))).entries
    assert accounts[0] == Account("440000", "pension", Decimal("2569.28"), date(2021, 12, 31))
    assert (await client.cards(number, REGIONS)).entries == ()
    assert (await client.cards(sandbox.number("kongming"), REGIONS)).entries == (
        Card("510000", "issued", "成都示例银行", False, date(2033, 7, 31)),
    )


async def test_benefits_and_unemployment(client: Registries, sandbox: RunningRegistry) -> None:
    (pension,) = (await client.benefits(sandbox.number("suchun"), REGIONS)).entries
    assert (pension.kind, pension.status, pension.first) == ("pension", "suspended", "2010-05")
    assert pension.payments[-1].status == "suspended"
    assert pension.payments[-1].paid_on is None
    assert pension.payments[-1].reason
    (lump,) = (await client.benefits(sandbox.number("weijuan"), REGIONS)).entries
    assert (lump.monthly_amount, lump.payments[0].amount) == (None, Decimal("32200.00"))
    (claim,) = (await client.unemployment(sandbox.number("yangbo"), REGIONS)).entries
    assert (claim.entitled, claim.drawn, claim.left, claim.until) == (14, 5, 9, "2027-07")


async def test_transfers_injuries_and_certificates(
    client: Registries, sandbox: RunningRegistry
) -> None:
    (transfer,) = (await client.transfers(sandbox.number("helin"), REGIONS)).entries
    assert (transfer.from_region, transfer.to_region) == ("510000", "310000")
    assert (transfer.status, transfer.steps[1].due) == ("stuck", date(2026, 6, 3))
    (case,) = (await client.injury_cases(sandbox.number("jinlong"), REGIONS)).entries
    assert (case.state, case.grade, case.amount) == ("assessed", 8, None)
    found = await client.certificates(sandbox.number("liuyang"), "pension", REGIONS)
    assert [(one.region, one.months) for one in found.entries] == [("310000", 43), ("440000", 100)]
    assert (
        found.entries[0].masked_id_number == "4" + "*" * 16 + found.entries[0].masked_id_number[-1]
    )


async def test_one_look_up_has_one_request_id_over_all_regions(
    client: Registries, sandbox: RunningRegistry
) -> None:
    await client.contributions(sandbox.number("douyue"), "pension", REGIONS)
    await client.contributions(sandbox.number("douyue"), "pension", REGIONS)
    ids = [one["request_id"] for one in sandbox.heard()]
    assert len(ids) == 12
    assert len(set(ids)) == 2


async def test_regions_are_asked_at_the_same_time(sandbox: RunningRegistry) -> None:
    client = Registries(sandbox.url, TOKEN, seconds=5)
    for region in REGIONS:
        sandbox.order(region, "slow", seconds=0.4)
    began = time.monotonic()
    found = await client.contributions(sandbox.number("douyue"), "pension", REGIONS)
    assert found.silent == ()
    assert time.monotonic() - began < 2 * 2 * 0.4  # one after the other it were 2.4 seconds
    await client.close()


async def test_many_people_at_once_get_their_own(
    client: Registries, sandbox: RunningRegistry
) -> None:
    people = [one for one in sandbox.people.values() if "310000" in one.records][:12]
    slow = Registries(sandbox.url, TOKEN, seconds=10)
    told = await asyncio.gather(*(slow.persons(one.id_number, ["310000"]) for one in people))
    names = [found.entries[0].name for found in told]
    assert names == [one.records["310000"].get("name", one.name) for one in people]
    await slow.close()


async def test_an_x_in_lower_case_is_the_same_person(
    client: Registries, sandbox: RunningRegistry
) -> None:
    number = next(one.id_number for one in sandbox.people.values() if one.id_number[-1] == "X")
    assert (await client.persons(number.lower(), REGIONS)).entries


async def test_entries_cannot_be_changed(client: Registries, sandbox: RunningRegistry) -> None:
    found = await client.cards(sandbox.number("kongming"), ["510000"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.entries[0].status = "lost"  # type: ignore[misc]


@pytest.mark.parametrize("region", ["", "31", "310000/../440000", "３１００００", "31000a"])
async def test_what_is_no_region_is_not_asked(
    client: Registries, sandbox: RunningRegistry, region: str
) -> None:
    with pytest.raises(ValueError, match="region"):
        await client.contributions(sandbox.number("wangfang"), "pension", ["310000", region])
    with pytest.raises(ValueError, match="insurance"):
        await client.certificates(sandbox.number("wangfang"), "../card", ["310000"])
    assert sandbox.heard() == []


def test_nothing_else_in_the_actions_calls_a_registry() -> None:
    users = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "actions").rglob("*.py")
        if "import httpx" in path.read_text(encoding="utf-8") and "courier" not in path.parts
    ]
    assert sorted(users) == ["actions/registries/client.py", "actions/registries/office.py"]


@pytest.mark.parametrize("url", ["http://registry.example", "ftp://127.0.0.2x", "http://10.0.0.1"])
def test_id_numbers_leave_the_machine_only_encrypted(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Registries(url, TOKEN)
    Registries("https://registry.example/v1", TOKEN)
    Registries("http://[::1]:8020/", TOKEN)


async def test_questions_asked_together_ask_who_it_is_once_for_each_region(
    client: Registries, sandbox: RunningRegistry
) -> None:
    number = sandbox.number("douyue")
    contributions, benefits, persons = await asyncio.gather(
        client.contributions(number, "pension", REGIONS),
        client.benefits(number, REGIONS),
        client.persons(number, REGIONS),
    )
    assert (contributions.silent, benefits.silent, persons.silent) == ((), (), ())
    assert {one.region for one in persons.entries} == set(REGIONS)
    asked = [one["path"].rsplit("/", 1)[1].partition("?")[0] for one in sandbox.heard()]
    assert sorted(asked) == sorted(["person-lookups", "contributions", "benefits"] * 3)
    await client.persons(number, REGIONS)
    assert len(sandbox.heard()) == len(asked) + 3  # nothing is kept of who it is


async def test_two_people_asked_for_at_once_are_not_mixed_up(
    client: Registries, sandbox: RunningRegistry
) -> None:
    one, other = await asyncio.gather(
        client.persons(sandbox.number("wangfang"), ["310000"]),
        client.persons(sandbox.number("douyue"), ["310000"]),
    )
    assert one.entries[0].name != other.entries[0].name
