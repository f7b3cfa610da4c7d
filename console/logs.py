"""Logs as JSON lines: a constant message, values as fields."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

_ORDINARY = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message"}


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: v for name, v in record.__dict__.items() if name not in _ORDINARY}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(level: str) -> None:
    """Route every logger through one handler."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.setLevel(level.upper())
    for old in [one for one in root.handlers if isinstance(one.formatter, JsonLines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    # They would write our secret, codes and verifiers into a debug log.
    for name in ("authlib", "httpcore", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
