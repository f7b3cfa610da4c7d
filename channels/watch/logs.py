"""The gateway's logs: masked like what citizens write, with spoken numbers and names."""

from __future__ import annotations

import logging

from channels.masking import hide
from records.watch import logs

_THEIRS = ("uvicorn", "uvicorn.error", "uvicorn.access")


def set_up_logs(level: str) -> None:
    """Route every logger, uvicorn's too, through one handler that masks."""
    logs.set_up(level, "gateway", hide)
    for name in _THEIRS:
        theirs = logging.getLogger(name)
        theirs.handlers = []
        theirs.propagate = True
    # One line per request is ours to write; theirs would show links with their tokens.
    logging.getLogger("uvicorn.access").disabled = True
