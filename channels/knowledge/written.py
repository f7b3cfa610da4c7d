"""Reads a YAML file of `data/knowledge`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

# The C library takes a tenth of the time, where PyYAML was built with it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def written(file: Path) -> Any:
    """What stands in the file."""
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  a safe one
