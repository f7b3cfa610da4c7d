"""What may stand in a site's file: shapes, and colours that everybody can read."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from records.places.sites import Site

READABLE = 4.5  # WCAG 2.2, 1.4.3: white words stand on these colours, and these on white
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


Question = Annotated[str, Field(min_length=2, max_length=40)]


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
    since: str = Field(alias="from", pattern=r"^\d\d:\d\d$")
    until: str = Field(alias="to", pattern=r"^\d\d:\d\d$")

    @model_validator(mode="after")
    def _in_order(self) -> Opening:
        if time.fromisoformat(self.since) >= time.fromisoformat(self.until):
            raise ValueError("from is not before to")
        return self


class Holiday(_Shape):
    """A day that is unlike others of its weekday: closed, or (调休) a working day."""

    date: date
    name: str = Field(min_length=1, max_length=40)
    open: bool = False


class SiteNotice(_Shape):
    """What the pages say above everything, between two days."""

    text: str = Field(min_length=1, max_length=300)
    level: Literal["info", "warning"] = "info"
    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")


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
    if not _ORIGIN.fullmatch(value):
        raise ValueError("an origin is scheme://host[:port], in small letters, without a path")
    return value


class SiteFile(_Shape):
    """A site as it is written down."""

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    name: str = Field(min_length=1, max_length=60)
    region: str | None = Field(None, pattern=r"^\d{6}$")
    greeting: str | None = Field(None, max_length=200)
    origins: list[Annotated[str, AfterValidator(_origin)]] = []
    messages_per_minute: int | None = Field(None, gt=0)
    openings_per_minute: int | None = Field(None, gt=0)
    phone: str = Field("12333", pattern=r"^[0-9+ -]{3,20}$")
    place: str | None = Field(None, max_length=80)
    address: str | None = Field(None, max_length=120)
    hours: list[Opening] = []
    holidays: list[Holiday] = []
    notice: SiteNotice | None = None
    theme: dict[Literal["brand", "brand_dark"], Annotated[str, AfterValidator(_colour)]] = {}
    features: Features = Features()


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
