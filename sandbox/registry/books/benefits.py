"""What a record of people.yml has beside its months, as the contract writes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sandbox.registry.books.months import at, span, yuan
from sandbox.registry.books.people import Record

PAY_DAY = 15
STEPS = ("audit", "transfer_out", "transfer_in")
PAYMENT_STATUSES = ("paid", "returned", "suspended", "scheduled")


def benefits(record: Record) -> list[dict[str, Any]]:
    """Benefits with every payment, oldest first."""
    return [_benefit(one) for one in record.get("benefits", ())]


def _benefit(one: Mapping[str, Any]) -> dict[str, Any]:
    payments = [
        _payment(one, month, status)
        for status in PAYMENT_STATUSES
        if status in one
        for month in span(one[status]).months
    ]
    payments.sort(key=lambda payment: str(payment["month"]))
    monthly = str(at(one["monthly"], payments[-1]["month"])) if "monthly" in one else None
    return {
        "kind": one["kind"],
        "status": one.get("status", "active"),
        "from": one["from"],
        "monthly_amount": monthly,
        "payments": payments,
    }


def _payment(one: Mapping[str, Any], month: str, status: str) -> dict[str, Any]:
    stopped = status in ("returned", "suspended")
    return {
        "month": month,
        "amount": str(at(one["monthly"] if "monthly" in one else one["amount"], month)),
        "status": status,
        "date": None if status == "suspended" else f"{month}-{PAY_DAY}",
        "reason": one.get("reason") if stopped else None,
    }


def unemployment(record: Record) -> list[dict[str, Any]]:
    """Months of unemployment benefit."""
    return [
        {
            "status": one["status"],
            "from": one["from"],
            "months_entitled": one["entitled"],
            "months_drawn": one["drawn"],
            "months_left": one["entitled"] - one["drawn"],
            "monthly_amount": str(yuan(one["monthly"])),
            "until": one["until"],
        }
        for one in record.get("unemployment", ())
    ]


def transfers(record: Record) -> list[dict[str, Any]]:
    """Transfers with their steps."""
    return [
        {
            "number": one["number"],
            "insurance": one["insurance"],
            "from_region": one["from"],
            "to_region": one["to"],
            "applied": one["applied"].isoformat(),
            "status": _transfer_status(one["steps"]),
            "steps": _steps(one),
            "reason": one.get("reason"),
        }
        for one in record.get("transfers", ())
    ]


def _transfer_status(states: list[str]) -> str:
    if "refused" in states:
        return "refused"
    if "late" in states:
        return "stuck"
    return "finished" if states[-1] == "done" else "under_way"


def _steps(transfer: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "step": step,
            "state": state,
            "date": _day(reached),
            "due": _day(transfer.get("due")) if state in ("under_way", "late") else None,
        }
        for step, state, reached in zip(STEPS, transfer["steps"], transfer["dates"], strict=True)
    ]


def card(record: Record) -> dict[str, Any] | None:
    """The social-security card, if one was issued."""
    one = record.get("card")
    return {**one, "valid_to": one["valid_to"].isoformat()} if one else None


def injury_cases(record: Record) -> list[dict[str, Any]]:
    """Injuries at work."""
    return [
        {
            "number": one["number"],
            "employer": one["employer"],
            "accident": _day(one["accident"]),
            "state": one["state"],
            "reported": _day(one["reported"]),
            "decided": _day(one.get("decided")),
            "grade": one.get("grade"),
            "assessed": _day(one.get("assessed")),
            "amount": str(yuan(one["amount"])) if "amount" in one else None,
            "paid": _day(one.get("paid")),
            "reason": one.get("reason"),
        }
        for one in record.get("injury_cases", ())
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
