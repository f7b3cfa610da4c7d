"""Has Rasa's own log, which goes past Python's logging to standard output, become lines of ours."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog

_TAKEN = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime"})
_ASIDE = frozenset({"exc_info", "stack_info"})


def take_rasas_lines() -> None:
    """Call before Rasa has written its first line."""
    structlog.configure(
        processors=[free_the_names, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def free_the_names(
    logger: Any, method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Logging refuses a field that is called like a part of its records."""
    for name in _TAKEN & line.keys() - _ASIDE:
        line[f"{name}_"] = line.pop(name)
    return line
