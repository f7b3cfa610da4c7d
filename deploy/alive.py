"""Asks a process of the same container whether it is well: `python -m deploy.alive URL`."""

from __future__ import annotations

import sys
from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

SECONDS = 4.0
USAGE = 2


def main(arguments: list[str]) -> int:
    """0 where the answer is 200; no proxy is asked, for it would answer for itself."""
    if len(arguments) != 1 or urlsplit(arguments[0]).scheme != "http":
        sys.stderr.write(f"{__doc__}\n")
        return USAGE
    try:
        with build_opener(ProxyHandler({})).open(arguments[0], timeout=SECONDS) as answer:
            return int(answer.status != 200)
    except (OSError, HTTPException, ValueError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
