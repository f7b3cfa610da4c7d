"""What entries may refer to: sources, regions and figures of the live knowledge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

from records.staff.entries import Content

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Known:
    """The live knowledge besides the items."""

    sources: Mapping[str, Mapping[str, Any]]
    regions: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]  # of figures, with their labels
    schemas: Mapping[str, Draft202012Validator] = field(repr=False)


@dataclass
class Library:
    """Reads it again when a file has changed."""

    folder: Path  # …/knowledge
    _known: Known | None = field(init=False, default=None)
    _seen: tuple[int, ...] = field(init=False, default=())

    def now(self) -> Known:
        """What there is to refer to."""
        files = [self.folder / f"{name}.yml" for name in ("sources", "regions", "parameters")]
        seen = tuple(file.stat().st_mtime_ns for file in files)
        if self._known is None or seen != self._seen:
            self._seen, self._known = seen, read(self.folder)
        return self._known


def read(folder: Path) -> Known:
    """Read the files of one folder."""
    figures = load(folder / "parameters.yml")["parameters"]
    return Known(
        sources={one["id"]: one for one in load(folder / "sources.yml")["sources"]},
        regions={str(one["code"]): one for one in load(folder / "regions.yml")["regions"]},
        names={one["name"]: one["label"] for one in figures},
        schemas={
            name: Draft202012Validator(
                load(folder / f"schemas/{name}.json"), format_checker=FormatChecker()
            )
            for name in ("item", "parameter")
        },
    )


def load(file: Path) -> Any:
    """A YAML (or JSON) file."""
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> Any:
    """YAML, by the quick parser where there is one."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - safe loader


def local_text(content: Content, figures: Mapping[str, str], region: str) -> str | None:
    """The item's local sentence with a region's figures; None when one is missing."""
    if not content.get("local"):
        return None
    text = str(content["local"]).replace("{region}", region)
    for name in content.get("parameters") or []:
        if name not in figures:
            return None
        text = text.replace("{" + name + "}", figures[name])
    return text
