"""For how many months unemployment benefit is paid."""

from __future__ import annotations

import pytest

from actions.counting import small
from actions.talk.parts import Parts
from tests.actions.counting.filling import RULES, filled
from tests.actions.stage import Stage


@pytest.mark.parametrize(
    ("paid_months", "most", "shanghai"),
    [(11, 0, 0), (12, 12, 2), (23, 12, 2), (59, 12, 8), (60, 18, 10), (119, 18, 18)]
    + [(120, 24, 20), (144, 24, 24), (400, 24, 24)],
)
def test_months_of_unemployment_benefit(paid_months: int, most: int, shanghai: int) -> None:
    rules = RULES["unemployment"]
    own = rules["regions"]["310000"]
    assert small.most_unemployment_months(paid_months, rules["most"]) == most
    found = small.own_unemployment_months(paid_months, own["months_a_year"], own["most"])
    assert found == shanghai


@pytest.mark.parametrize(
    ("region", "response"),
    [("310000", "utter_estimate_unemployment"), ("510000", "utter_estimate_unemployment_most")],
)
async def test_months_that_could_be_drawn(
    desk: Stage, parts: Parts, region: str, response: str
) -> None:
    desk.slots["region"] = region
    said = await filled(desk, parts, "unemployment", {"paid_months": "96"})
    assert said.responses == [response]
    assert "16个月" in said.text or "18个月" in said.text


@pytest.mark.parametrize(
    ("written", "months"),
    [("96", 96), ("8年", 96), ("8年6个月", 102), ("96个月", 96), ("９６", 96), ("7.5年", 90)],
)
async def test_months_may_be_written_in_years(
    desk: Stage, parts: Parts, written: str, months: int
) -> None:
    said = await filled(desk, parts, "unemployment", {"paid_months": written})
    assert said.card("estimate")["inputs"]["失业保险一共缴多少个月"] == f"{months}个月"


@pytest.mark.parametrize("written", ["8年6", "8岁", "年", "8年个月", "1-2年"])
async def test_months_with_what_is_no_unit_are_asked_for_again(
    desk: Stage, parts: Parts, written: str
) -> None:
    said = await filled(desk, parts, "unemployment", {"paid_months": written})
    assert said.responses == ["utter_estimate_field_wrong"]


async def test_nobody_paid_for_more_than_sixty_years(desk: Stage, parts: Parts) -> None:
    said = await filled(desk, parts, "unemployment", {"paid_months": "60年"})
    assert said.card("estimate")["inputs"]["失业保险一共缴多少个月"] == "720个月"
    said = await desk.play("action_estimate_unemployment", counts={"paid_months": 721})
    assert "value" not in said.card("form")["fields"][0]


async def test_who_tells_the_months_needs_no_form(stage: Stage) -> None:
    said = await stage.play("action_estimate_unemployment", counts={"paid_months": 96})
    assert said.card("estimate")["results"] == [{"label": "最多可以领", "value": "18个月"}]
    # Told some messages ago they count as well: the sum says for how long.
    told = {"event": "user", "text": "交了8年", "counts": {"paid_months": 96}}
    said = await stage.play("action_estimate_unemployment", events=[told])
    assert "8年" in "".join(said.card("estimate")["formula"])
    twice = {"event": "user", "text": "3年 4年", "counts": {"paid_months": 0}}
    said = await stage.play("action_estimate_unemployment", events=[told, twice])
    assert "value" not in said.card("form")["fields"][0]
