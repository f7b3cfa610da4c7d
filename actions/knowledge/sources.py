"""Documents that answers and figures rest on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A document that an answer rests on."""

    id: str
    title: str
    document: str | None
    issued: str | None
    url: str | None


@dataclass(frozen=True)
class Citation:
    """A place in a source."""

    source: Source
    article: str | None
