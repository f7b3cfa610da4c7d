"""Logs as JSON lines: a constant message, values as fields, numbers of persons hidden."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from channels.masking import hide

# What every record has; the rest came as `extra` and is shown as fields.
_ORDINARY = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message"}
_THEIRS = ("uvicorn", "uvicorn.error", "uvicorn.access")


class MaskingFilter(logging.Filter):
    """Hides numbers that identify a person in the message, its arguments and its fields."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; none is dropped."""
        record.msg = hide(record.getMessage())
        record.args = None
        for name, value in record.__dict__.items():
            if name not in _ORDINARY:
                record.__dict__[name] = _hidden(value)
        if record.exc_info:
            record.exc_text = hide("".join(traceback.format_exception(*record.exc_info)))
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = hide(record.exc_text)
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line; what came from outside cannot begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: v for name, v in record.__dict__.items() if name not in _ORDINARY}
        if record.exc_text:
            line["trace"] = record.exc_text
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logs(level: str) -> None:
    """Route every logger, uvicorn's too, through one handler that masks."""
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(MaskingFilter())
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.setLevel(level.upper())
    for old in list(root.handlers):
        if isinstance(old.formatter, JsonLines):
            root.removeHandler(old)
    root.addHandler(handler)
    for name in _THEIRS:
        theirs = logging.getLogger(name)
        theirs.handlers = []
        theirs.propagate = True
    # One line per request is ours to write; theirs would show links with their tokens.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx").setLevel(logging.WARNING)


def _hidden(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return hide(str(value))
