"""Reads the synthetic citizens and the regions, and gives each citizen a reference by region."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

REGIONS = Path(__file__).resolve().parent / "regions.yml"
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Citizen:
    """Somebody who does not exist."""

    login: str
    name: str
    id_number: str
    case: str
    records: Mapping[str, Record]

    @property
    def born(self) -> date:
        """As the ID number says."""
        return date.fromisoformat(self.id_number[6:14])

    @property
    def masked_id_number(self) -> str:
        """First and last character only: what lies between could be guessed from more."""
        return self.id_number[0] + "*" * 16 + self.id_number[-1]


@dataclass(frozen=True)
class Region:
    """A pooling region."""

    code: str
    office: str
    rates: Mapping[str, tuple[float, float]]
    flexible: Mapping[str, float]


def read_people(file: Path) -> tuple[Citizen, ...]:
    """Everybody in people.yml."""
    return tuple(
        Citizen(one["login"], one["name"], one["id_number"], one["case"], one["records"])
        for one in yaml.safe_load(file.read_text(encoding="utf-8"))["people"]
    )


def read_regions(file: Path = REGIONS) -> dict[str, Region]:
    """The regions by code."""
    written = yaml.safe_load(file.read_text(encoding="utf-8"))["regions"]
    return {code: Region(code, **region) for code, region in written.items()}


class Register:
    """Who is known in one region, by ID number and by reference."""

    def __init__(self, region: Region, people: Iterable[Citizen], key: bytes) -> None:
        self.region = region
        self._key = key
        known = [one for one in people if region.code in one.records]
        self._by_number = {one.id_number: one for one in known}
        self._by_reference = {self.reference(one): one for one in known}

    def reference(self, citizen: Citizen) -> str:
        """Says nothing about the ID number, and is another one in each region and run."""
        said = f"{self.region.code}/{citizen.id_number}".encode()
        return base64.urlsafe_b64encode(hmac.digest(self._key, said, hashlib.sha256))[:22].decode()

    def with_number(self, id_number: str) -> Citizen | None:
        """The citizen with this ID number, who need not be known here."""
        return self._by_number.get(id_number)

    def with_reference(self, reference: str) -> Citizen | None:
        """The citizen behind a reference."""
        return self._by_reference.get(reference)
