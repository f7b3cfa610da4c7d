"""A file that is brought, as rows: which kind it is, and whether it has what it needs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from console.exchange import arriving, tables
from console.exchange.tables import Row
from console.refusals import NotReadable, Wanted

KINDS = ("xlsx", "csv", "yml", "yaml")


def kind(name: str) -> str:
    """How the file's name ends; refused where that is none of ours."""
    ending = name.rsplit(".", 1)[-1].lower()
    if ending not in KINDS:
        raise Wanted("kind_of_file")
    return ending


def rows(name: str, written: bytes, tell: Callable[[str, int, int], None]) -> list[Row]:
    """Its rows."""
    ending = kind(name)
    if ending in ("yml", "yaml"):
        return arriving.from_rasa(written)
    if ending == "xlsx":
        found = tables.from_xlsx(written, partial(tell, "read"))
    else:
        found = tables.from_csv(written)
    missing = arriving.wanted_columns(found)
    if missing:
        raise NotReadable(" " + "、".join(missing))
    return found
