"""What follows from the months: balances of personal accounts, and certificates."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sandbox.registry.books.benefits import benefits
from sandbox.registry.books.ledger import Entry, entries
from sandbox.registry.books.months import between, runs, yuan
from sandbox.registry.books.people import Citizen, Region

# Yearly interest on what an account had when the year began; the sandbox's own rate.
INTEREST = Decimal("0.03")
# The share of the base that goes into the account, whoever pays it.
INTO_PENSION = Decimal("0.08")
# Of the medical account, what came in during a year is as yet unspent.
UNSPENT_MONTHS = 12
# A pension draws the account down over so many months (retirement at 60).
DRAWN_OVER = 139
VALID = timedelta(days=90)


def accounts(citizen: Citizen, region: Region, on: date) -> list[dict[str, Any]]:
    """Each account that has had a payment by that day."""
    pension, medical, resident = (
        _paid(citizen, region, insurance, on)
        for insurance in ("pension", "medical", "resident_pension")
    )
    drawn = _months_drawn(citizen, region, on)
    balances = {
        "pension": _saved([(one.month, one.base * INTO_PENSION) for one in pension], on),
        "medical": _unspent(medical),
        "resident_pension": _saved(
            [(one.month, one.personal + one.employer_part) for one in resident], on
        ),
    }
    return [
        {
            "insurance": insurance,
            "balance": str(yuan(_after(balance, drawn.get(insurance, 0)))),
            "as_of": on.isoformat(),
        }
        for insurance, balance in balances.items()
        if balance is not None
    ]


def _paid(citizen: Citizen, region: Region, insurance: str, on: date) -> list[Entry]:
    """The months for which money has come in by that day."""
    return [
        one
        for one in entries(citizen.records[region.code], region, insurance)
        if one.status == "paid" and not one.deemed and one.month <= f"{on:%Y-%m}"
    ]


def _saved(paid: list[tuple[str, Decimal]], on: date) -> Decimal | None:
    """All payments with their interest."""
    if not paid:
        return None
    balance = Decimal(0)
    for year in range(int(paid[0][0][:4]), on.year + 1):
        interest = balance * INTEREST if year < on.year else Decimal(0)
        balance += interest + sum(amount for month, amount in paid if month.startswith(f"{year}-"))
    return balance


def _unspent(paid: list[Entry]) -> Decimal | None:
    employed = [one for one in paid if one.kind == "employer"]
    if not employed:
        return None
    return sum((one.personal for one in employed[-UNSPENT_MONTHS:]), Decimal(0))


def _months_drawn(citizen: Citizen, region: Region, on: date) -> dict[str, int]:
    return {
        one["kind"]: sum(
            payment["status"] == "paid" and payment["date"] <= on.isoformat()
            for payment in one["payments"]
        )
        for one in benefits(citizen.records[region.code])
    }


def _after(balance: Decimal, months: int) -> Decimal:
    return balance * max(DRAWN_OVER - months, 0) / DRAWN_OVER


def certificate(
    citizen: Citizen, region: Region, insurance: str, today: date, key: bytes
) -> dict[str, Any]:
    """The counted months of one insurance, by employer, in the form of a certificate."""
    record = citizen.records[region.code]
    counted = [one for one in entries(record, region, insurance) if one.counted]
    said = f"{region.code}/{citizen.id_number}/{insurance}/{today}".encode()
    digest = hmac.digest(key, said, hashlib.sha256).hex().upper()
    return {
        "number": f"{region.code}-{today:%Y%m%d}-{digest[:8]}",
        "office": region.office,
        "issued": today.isoformat(),
        "valid_until": (today + VALID).isoformat(),
        "name": record.get("name", citizen.name),
        "masked_id_number": citizen.masked_id_number,
        "insurance": insurance,
        "months": len({one.month for one in counted}),
        "deemed_months": len({one.month for one in counted if one.deemed}),
        "periods": _periods(counted),
        "verification_code": digest[8:24],
    }


def _periods(counted: Iterable[Entry]) -> list[dict[str, Any]]:
    months: dict[str, list[str]] = {}
    for one in counted:
        months.setdefault(one.employer, []).append(one.month)
    found = [
        {"employer": employer, "from": first, "to": last, "months": len(between(first, last))}
        for employer, worked in months.items()
        for first, last in runs(worked)
    ]
    return sorted(found, key=lambda one: (str(one["from"]), str(one["employer"])))
