"""What the back offices say about some citizens, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from sandbox.registry.books.months import at, between, runs, span
from tests.sandbox.running import RunningRegistry

Tell = Callable[..., Any]


@pytest.fixture
def tell(registry: RunningRegistry, caller: httpx.Client) -> Tell:
    """What a region says about a citizen."""

    def told(login: str, region: int, subject: str) -> Any:
        number = {"id_number": registry.number(login)}
        person = caller.post(f"/{region}/person-lookups", json=number).json()
        if not subject:
            return person
        (answer,) = caller.get(f"/{region}/persons/{person['person']}/{subject}").json().values()
        return answer

    return told


def test_the_notation_of_months() -> None:
    assert span("2019-11..2020-02, 2021-05+").months == (
        *("2019-11", "2019-12", "2020-01", "2020-02", "2021-05"),
    )
    assert (span("2020-01+").goes_on, span("2020-01").goes_on) == (True, False)
    assert len(between("1992-01", "2026-10")) == 418
    assert runs(["2020-02", "2019-12", "2020-01", "2020-04"]) == [
        ("2019-12", "2020-02"),
        ("2020-04", "2020-04"),
    ]
    assert [str(at({"2020-01": 10, "2021-01": 12.5}, m)) for m in ("2020-12", "2021-01")] == [
        "10.00",
        "12.50",
    ]


def test_a_month_at_an_employer(tell: Tell) -> None:
    (month,) = tell("wangfang", 310000, "contributions?insurance=pension&from=2026-10")
    assert month == {
        "month": "2026-10",
        "insurance": "pension",
        "employer": "上海示例机械有限公司",
        "base": "12400.00",
        "personal": "992.00",
        "employer_part": "1984.00",
        "status": "paid",
        "counted": True,
        "deemed": False,
    }


def test_who_pays_alone_pays_it_all(tell: Tell) -> None:
    (month,) = tell("wumin", 510000, "contributions?insurance=pension&from=2026-10")
    assert (month["personal"], month["employer_part"]) == ("917.60", "0.00")


def test_twelve_months_of_a_resident_are_one_payment(tell: Tell) -> None:
    year = tell("shenxiulan", 510000, "contributions?from=2025-01&to=2025-12")
    assert len(year) == 12
    assert f"{sum(float(one['personal']) for one in year):.2f}" == "1000.00"
    assert (year[0]["personal"], year[11]["personal"]) == ("83.33", "83.37")


def test_owed_put_off_and_given_back_do_not_count(tell: Tell) -> None:
    for login, region, status, many in (
        *(("zhengtao", 310000, "arrears", 4), ("fengxia", 440000, "deferred", 3)),
        ("panyu", 440000, "refunded", 3),
    ):
        months = tell(login, region, "contributions?insurance=pension")
        left_out = [one for one in months if not one["counted"]]
        assert [one["status"] for one in left_out] == [status] * many


def test_years_of_service_count_without_money(tell: Tell) -> None:
    months = tell("yunshan", 510000, "contributions?insurance=pension&to=1995-12")
    assert len(months) == 50 + 59
    assert all(one["counted"] and one["deemed"] and one["base"] == "0.00" for one in months)
    certificate = tell("yunshan", 510000, "certificates/pension")
    assert (certificate["months"], certificate["deemed_months"]) == (479, 109)


def test_arrears_do_not_end_an_enrolment(tell: Tell) -> None:
    pension = [
        one for one in tell("zhengtao", 310000, "enrolments") if one["insurance"] == "pension"
    ]
    assert [(one["from"], one["to"], one["status"]) for one in pension] == [
        ("2020-05-01", None, "active")
    ]


def test_a_certificate_counts_a_month_once(tell: Tell) -> None:
    months = tell("zouwen", 510000, "contributions?insurance=pension")
    certificate = tell("zouwen", 510000, "certificates/pension")
    assert (len(months), certificate["months"]) == (139, 137)
    assert certificate["periods"] == [
        {
            "employer": "成都示例汽车配件有限公司",
            "from": "2015-06",
            "to": "2026-10",
            "months": 137,
        }
    ]
    assert certificate["valid_until"] == "2027-02-22"


def test_the_name_is_the_regions_own(tell: Tell) -> None:
    assert [tell("xieting", region, "")["name"] for region in (310000, 510000)] == ["谢婷", "谢亭"]


def test_an_account_gains_interest_at_the_end_of_a_year(tell: Tell) -> None:
    def pension(on: str) -> str:
        accounts = tell("shuicheng", 440000, f"accounts?on={on}")
        return str(next(one["balance"] for one in accounts if one["insurance"] == "pension"))

    # 4588 x 8 % = 367.04 a month, seven months in 2021 and twelve in 2022.
    assert pension("2021-12-31") == "2569.28"
    assert pension("2022-12-31") == "6973.76"
    assert pension("2023-01-31") == "7417.88"  # 6973.76 + 3 % of 2569.28 + 367.04
    assert tell("shuicheng", 440000, "accounts?on=2021-05-31") == []


def test_a_payment_that_came_back_says_why(tell: Tell) -> None:
    (benefit,) = tell("sunjianguo", 510000, "benefits")
    assert [(one["month"], one["status"]) for one in benefit["payments"]][-4:] == [
        *(("2026-09", "paid"), ("2026-10", "returned"), ("2026-11", "returned")),
        ("2026-12", "scheduled"),
    ]
    assert benefit["payments"][-2]["reason"]
    assert benefit["monthly_amount"] == "3521.90"


@pytest.mark.parametrize(
    ("login", "region", "status", "states"),
    [
        ("qinfeng", 310000, "under_way", ["under_way", "waiting", "waiting"]),
        ("youna", 440000, "under_way", ["done", "under_way", "waiting"]),
        ("xuhui", 440000, "under_way", ["done", "done", "under_way"]),
        ("helin", 310000, "stuck", ["done", "late", "waiting"]),
        ("lvdan", 310000, "finished", ["done", "done", "done"]),
        ("lupeng", 310000, "refused", ["refused", "waiting", "waiting"]),
    ],
)
def test_a_transfer_stands_where_it_stands(
    tell: Tell, login: str, region: int, status: str, states: list[str]
) -> None:
    (transfer,) = tell(login, region, "transfers")
    assert transfer["status"] == status
    assert [one["state"] for one in transfer["steps"]] == states
    for step in transfer["steps"]:
        assert (step["date"] is not None) == (step["state"] in ("done", "refused"))
        assert (step["due"] is not None) == (step["state"] in ("under_way", "late"))
