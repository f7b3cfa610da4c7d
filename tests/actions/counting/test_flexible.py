"""What one pays who pays alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.counting import small
from actions.talk.parts import Parts
from tests.actions.counting.filling import filled
from tests.actions.stage import Stage


def test_what_the_self_employed_pay() -> None:
    found = small.flexible(Decimal(7546), {"pension": 20, "account": 8, "medical": 10})
    assert (found.pension, found.account, found.medical) == (
        Decimal("1509.20"),
        Decimal("603.68"),
        Decimal("754.60"),
    )
    assert found.month == Decimal("2263.80")
    assert small.flexible(Decimal(7546), {"pension": 20, "account": 8}).medical is None


@pytest.mark.parametrize(
    ("region", "base", "response"),
    [
        ("310000", "7546", "utter_estimate_flexible"),
        ("310000", "100", "utter_estimate_flexible_outside"),
        ("440000", "5000", "utter_estimate_flexible_pension_only"),
    ],
)
async def test_what_one_pays_alone(
    desk: Stage, parts: Parts, region: str, base: str, response: str
) -> None:
    desk.slots["region"] = region
    said = await filled(desk, parts, "flexible", {"base": base})
    assert said.responses == [response]
