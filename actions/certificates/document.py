"""Sets the contribution certificate as a tagged PDF (PDF/UA-1) with its fonts inside."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pylopdf_fonts_zh_cn
import segno
import typst
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "data/certificates"
FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent
# The public profile of accessibility; the typesetter refuses a document that does not keep it.
STANDARD: Literal["ua-1"] = "ua-1"


@dataclass(frozen=True)
class Line:
    """Months in a row at one employer."""

    employer: str
    first: str
    last: str
    months: int


@dataclass(frozen=True)
class Certified:
    """What the certificate says; names and numbers are masked already."""

    number: str
    code: str
    name: str
    id_number: str
    insurance: str
    region: str
    office: str
    months: int
    deemed_months: int
    periods: tuple[Line, ...]
    issued_at: datetime
    issued: str
    valid_until: str


@cache
def words() -> Mapping[str, Any]:
    """The sentences and labels of the certificate."""
    read: dict[str, Any] = yaml.safe_load((FOLDER / "contribution.yml").read_text(encoding="utf-8"))
    return read


def filename(certified: Certified) -> str:
    """What the file is called."""
    return str(words()["filename"]).format(number=certified.number)


def verify_address(public_url: str, code: str) -> str:
    """Where the certificate can be checked."""
    return f"{public_url.rstrip('/')}/verify/{code}"


def typeset(certified: Certified, public_url: str) -> bytes:
    """The PDF, without a signature yet. Takes some 20 ms of a CPU."""
    told = json.dumps(_told(certified, public_url), ensure_ascii=False)
    pdf = typst.compile(
        str(FOLDER / "contribution.typ"),
        root=str(FOLDER),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"told": told},
        pdf_standards=STANDARD,
        timestamp=int(certified.issued_at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("one document was expected")
    return pdf


def _told(certified: Certified, public_url: str) -> dict[str, Any]:
    said = words()
    address = verify_address(public_url, certified.code)
    return {
        "title": said["title"],
        "subtitle": said["subtitle"].format(region=certified.region, insurance=certified.insurance),
        "author": said["author"],
        "number": certified.number,
        "facts": _facts(certified),
        "periods": _periods(certified),
        "check": {
            "heading": said["check"]["heading"],
            "text": said["check"]["text"].format(address=public_url.rstrip("/") + "/verify"),
            "label": said["check"]["code"],
            "code": certified.code,
            "picture": said["check"]["picture"].format(address=address),
            "qr": _qr(address),
        },
        "note": said["note"],
    }


def _facts(certified: Certified) -> list[tuple[str, str]]:
    said = words()
    values = {
        "number": certified.number,
        "name": certified.name,
        "id_number": certified.id_number,
        "insurance": certified.insurance,
        "region": certified.region,
        "office": certified.office,
        "months": said["months"].format(months=certified.months),
        "deemed_months": said["months"].format(months=certified.deemed_months),
        "issued": certified.issued,
        "valid_until": certified.valid_until,
    }
    if not certified.deemed_months:
        del values["deemed_months"]
    return [(said["keys"][name], value) for name, value in values.items()]


def _periods(certified: Certified) -> dict[str, Any]:
    said = words()["periods"]
    return {
        "heading": said["heading"],
        "none": said["none"],
        "labels": [said[name] for name in ("employer", "from", "to", "months")],
        "rows": [[one.employer, one.first, one.last, str(one.months)] for one in certified.periods],
    }


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, border=2)
    return drawn.getvalue().decode()
