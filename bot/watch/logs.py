"""Logs as JSON lines: a constant message, values as fields, numbers of persons hidden."""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

from bot.watch.numbers import around_ids, hide_numbers

Hide = Callable[[str], str]

# What every record has; the rest came as `extra` and is shown as fields.
_ORDINARY = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "color_message"}
# They would write links with their tokens, addresses and bodies of calls, secrets and verifiers.
_CHATTY = ("authlib", "httpcore", "httpx", "signxml")
# The conversation that is worked for; a line that names none itself is given it.
CONVERSATION: ContextVar[str] = ContextVar("conversation", default="")


class MaskingFilter(logging.Filter):
    """Hides numbers that identify a person in the message, its arguments and its fields."""

    def __init__(self, hide: Hide = hide_numbers) -> None:
        super().__init__()
        self._hide = hide

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record in place; none is dropped."""
        if CONVERSATION.get() and not hasattr(record, "conversation"):
            record.conversation = CONVERSATION.get()
        record.msg = self._hidden(_message(record))
        record.args = None
        for name, value in record.__dict__.items():
            if name not in _ORDINARY:
                record.__dict__[name] = self._value(value)
        if record.exc_info and record.exc_info[0]:
            record.exc_text = self._hidden("".join(traceback.format_exception(*record.exc_info)))
        elif record.exc_text:
            record.exc_text = self._hidden(record.exc_text)
        record.exc_info = None
        return True

    def _value(self, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._hidden(str(value))

    def _hidden(self, text: str) -> str:
        return around_ids(text, self._hide)


class JsonLines(logging.Formatter):
    """One JSON object a line; what came from outside cannot begin a line of its own."""

    def __init__(self, process: str = "") -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "process": self._process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: v for name, v in record.__dict__.items() if name not in _ORDINARY}
        if record.exc_text:
            line["trace"] = record.exc_text
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up(level: str, process: str, hide: Hide = hide_numbers) -> None:
    """Route every logger through one handler that masks."""
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(MaskingFilter(hide))
    handler.setFormatter(JsonLines(process))
    root = logging.getLogger()
    root.setLevel(level.upper())
    for old in list(root.handlers):
        if isinstance(old.formatter, JsonLines):
            root.removeHandler(old)
    root.addHandler(handler)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def begin(process: str) -> None:
    """Have everything that the process says be lines: what ends it or a thread, warnings, and what
    libraries would write by handlers of their own.

    The first thing in `main`, before there are settings, and there alone.
    """
    set_up("info", process)
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger):
            logger.handlers, logger.propagate = [], True
    logging.captureWarnings(True)
    sys.excepthook = _ended
    threading.excepthook = lambda told: _ended(
        told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
    )


def _ended(kind: type[BaseException], problem: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, (KeyboardInterrupt, SystemExit)):
        return
    logging.getLogger(__name__).critical("ended by an error", exc_info=(kind, problem, where))


def _message(record: logging.LogRecord) -> str:
    """The message with its arguments; where a library's do not fit, the message alone."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return str(record.msg)
