"""What may stand in a site's file: shapes, and colours that everybody can read."""

from __future__ import annotations

import re
from datetime import date, time
from ipaddress import ip_address
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from records.places.sites import Site

READABLE = 4.5  # WCAG 2.2, 1.4.3: white words stand on these colours, and these on white
_ORIGIN = re.compile(r"(https?)://(?:([a-z0-9.-]{1,253})|\[([0-9a-f:]+)\])(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_USUAL_PORTS = {"http": 80, "https": 443}
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PHONE = re.compile(r"\+?[0-9](?:[0-9 -]{1,18}[0-9])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(2000, 2101)
# PostgreSQL takes no larger number, and nobody needs one.
MOST_PER_MINUTE = 1_000_000


def _plain(value: str) -> str:
    if not value.strip() or not all(sign.isprintable() or sign == "\n" for sign in value):
        raise ValueError("a text has words, and no signs that cannot be shown")
    return value


def _day(value: Any) -> Any:
    """A date as people write it; a number would be taken for seconds since 1970."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        value = date.fromisoformat(value)
    if type(value) is not date or value.year not in _YEARS:
        raise ValueError("a date is YYYY-MM-DD, from 2000 to 2100")
    return value


Day = Annotated[date, BeforeValidator(_day)]
Words = AfterValidator(_plain)
Question = Annotated[str, Field(min_length=2, max_length=40), Words]


class NotASite(ValueError):
    """What is wrong with a site's file, and in which of its fields."""

    def __init__(self, told: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(told)
        self.fields = fields


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Opening(_Shape):
    """Days of the week (1 Monday … 7 Sunday) on which it is open between two times."""

    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1)
    since: str = Field(alias="from", pattern=r"^[0-9]{2}:[0-9]{2}$")
    until: str = Field(alias="to", pattern=r"^[0-9]{2}:[0-9]{2}$")

    @model_validator(mode="after")
    def _in_order(self) -> Opening:
        if time.fromisoformat(self.since) >= time.fromisoformat(self.until):
            raise ValueError("from is not before to")
        return self


class Holiday(_Shape):
    """A day that is unlike others of its weekday: closed, or (调休) a working day."""

    date: Day
    name: Annotated[str, Field(min_length=1, max_length=40), Words]
    open: bool = False


class SiteNotice(_Shape):
    """What the pages say above everything, between two days."""

    text: Annotated[str, Field(min_length=1, max_length=300), Words]
    level: Literal["info", "warning"] = "info"
    since: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, alias="to")


class Features(_Shape):
    """What the pages offer."""

    voice: bool = True
    read_aloud: bool = True
    elder: bool = False  # begin in 长辈版
    kiosk: bool = False
    idle_seconds: Annotated[int, Field(ge=60, le=1800)] = 120
    questions: Annotated[list[Question], Field(max_length=6)] = []


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value) or contrast(value, "#ffffff") < READABLE:
        raise ValueError("a colour is #rrggbb, dark enough for white words on it (4.5 : 1)")
    return value


def _origin(value: str) -> str:
    """As browsers send it: one that they never send would let nobody in."""
    found = _ORIGIN.fullmatch(value)
    if found is None or not _is_host(found[2], found[3]):
        raise ValueError("an origin is scheme://host[:port], in small letters, without a path")
    port = int(found[4]) if found[4] else None
    if port is not None and (not 0 < port < 65536 or found[4][0] == "0"):
        raise ValueError("a port is a number from 1 to 65535")
    if port == _USUAL_PORTS[found[1]]:
        raise ValueError("browsers leave the usual port out, and so has an origin")
    return value


def _is_host(name: str | None, address: str | None) -> bool:
    """A host's name, or an address; what ends in figures can only be an address."""
    try:
        if name is None or name.rsplit(".", 1)[-1].isdecimal():
            return bool(ip_address(name or address or ""))
    except ValueError:
        return False
    return all(_LABEL.fullmatch(label) for label in name.split("."))


def _phone(value: str) -> str:
    if not _PHONE.fullmatch(value):
        raise ValueError("a telephone number is 3 to 20 figures, with blanks and dashes between")
    return value


class SiteFile(_Shape):
    """A site as it is written down."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    name: Annotated[str, Field(min_length=1, max_length=60), Words]
    region: str | None = Field(None, pattern=r"^[1-8][0-9]{5}$")
    greeting: Annotated[str, Field(max_length=200), Words] | None = None
    origins: list[Annotated[str, AfterValidator(_origin)]] = []
    messages_per_minute: int | None = Field(None, gt=0, le=MOST_PER_MINUTE)
    openings_per_minute: int | None = Field(None, gt=0, le=MOST_PER_MINUTE)
    phone: Annotated[str, AfterValidator(_phone)] = "12333"
    place: Annotated[str, Field(max_length=80), Words] | None = None
    address: Annotated[str, Field(max_length=120), Words] | None = None
    hours: list[Opening] = []
    holidays: list[Holiday] = []
    notice: SiteNotice | None = None
    theme: dict[Literal["brand", "brand_dark"], Annotated[str, AfterValidator(_colour)]] = {}
    features: Features = Features()

    @field_validator("holidays")
    @classmethod
    def _once_each(cls, holidays: list[Holiday]) -> list[Holiday]:
        if len({one.date for one in holidays}) < len(holidays):
            raise ValueError("a day stands among the holidays twice")
        return holidays

    @field_validator("notice")
    @classmethod
    def _begins_before_it_ends(cls, notice: SiteNotice | None) -> SiteNotice | None:
        if notice and notice.since and notice.until and notice.since > notice.until:
            raise ValueError("the notice ends before it begins")
        return notice


def read_site(written: Any) -> Site:
    """The site that is written down; `NotASite` says what is wrong with it."""
    try:
        values = SiteFile.model_validate(written).model_dump(mode="json", by_alias=True)
    except ValidationError as problem:
        raise NotASite(str(problem), fields_of(problem)) from problem
    return Site(**{**values, "origins": tuple(values["origins"])})


def fields_of(problem: ValidationError) -> tuple[str, ...]:
    """The names of the fields that are wrong, each once."""
    return tuple(dict.fromkeys(str((*one["loc"], "")[0]) for one in problem.errors()))


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(weight * s for weight, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
