"""Starts everything on this machine and keeps it running until Ctrl-C: `make run`."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from scripts import engine_programs
from scripts.prepare import prepare
from scripts.stack import ROOT, Stack, start

SECONDS_TO_COME_UP = 120
LOCK_FILE = "running.lock"
# What a proxy in front of us answers while the gateway is not there yet.
NOTHING_BEHIND = {502, 503, 504}
# What ends us.
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked us to end."""


class AnotherProgram(Exception):
    """What answers at our address is not our gateway."""


class RunningAlready(Exception):
    """Another one keeps everything running with these data."""


def main() -> int:
    """Run the stack; 1 when it does not come up."""
    stop_when_told()
    port = int(os.environ.get("PORT", "8000"))
    os.environ.setdefault("CONSOLE_PORT", "8001")
    data = Path(os.environ.get("DATA_DIR", ROOT / ".data"))
    stack = None
    try:
        alone(data)
        print("▸ Starting the stores …", flush=True)
        stack = start(data, port, ROOT / "models/wenbao.tar.gz")
        serving = engine_programs.read(data / "run")
        ours = stack.settings["DATABASE_URL"], stack.settings["CENTRE_URL"]
        asyncio.run(prepare(*ours, (serving.url, serving.model)))
        if not came_up(stack):
            return 1
        print("\nWenbao is ready. Ctrl-C stops it.", flush=True)
        for name, address in stack.addresses.items():
            print(f"  {name:<30}{address}", flush=True)
        while stack.alive():
            time.sleep(1)
        print("The supervisor ended; see .data/run/supervisord.log", file=sys.stderr)
        return 1
    except RunningAlready:
        print(f"Wenbao is running already with {data}; end it there first.", file=sys.stderr)
        return 1
    except Stopped:
        print("\n▸ Stopping …", flush=True)
        return 0
    finally:
        if stack is not None:
            stack.stop()


def alone(data: Path) -> None:
    """Hold these data for as long as this process lives; `RunningAlready` where another does.

    A second start would take over the database of the first, and end it when it fails.
    """
    data.mkdir(parents=True, exist_ok=True)
    held = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        raise RunningAlready from problem


def came_up(stack: Stack) -> bool:
    """Wait for the gateway to be ready, saying once a second at most what is missing."""
    try:
        return _came_up(stack)
    except AnotherProgram:
        told = (
            f"Another program answers at {stack.url}: end it, or set PORT to a port that is free."
        )
        print(told, file=sys.stderr)
        return False


def _came_up(stack: Stack) -> bool:
    until = time.monotonic() + SECONDS_TO_COME_UP
    said = ""
    while time.monotonic() < until and stack.alive():
        state = _state(stack.url)
        if state == "ready":
            return True
        if state != said:
            print(f"▸ Waiting for {state} …", flush=True)
            said = state
        time.sleep(1)
    print(f"Wenbao did not come up: {said} is missing. Logs: {stack.data / 'run'}", file=sys.stderr)
    return False


def _state(url: str) -> str:
    try:
        answer = httpx.get(url + "/readyz", timeout=3)
    except httpx.HTTPError:
        return "the gateway"
    told = _told(answer)
    if told is None:
        if answer.status_code in NOTHING_BEHIND:
            return "the gateway"
        raise AnotherProgram
    if answer.status_code == 200:
        return "ready"
    parts = told.get("parts", {})
    return ", ".join(name for name, well in parts.items() if not well) or "the gateway"


def _told(answer: httpx.Response) -> dict[str, Any] | None:
    """What our gateway says of itself; None for anybody else's answer."""
    try:
        told = answer.json()
    except ValueError:
        return None
    ours = isinstance(told, dict) and bool(told.keys() & {"parts", "error"})
    return told if ours and isinstance(told.get("parts", {}), dict) else None


def stop_when_told() -> None:
    """From now on the first signal to end raises `Stopped`, and no other one counts."""
    for sign in _ENDS:
        signal.signal(sign, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    # Make hands the signal on that this has got already: a second one must not break off the end.
    for sign in _ENDS:
        signal.signal(sign, signal.SIG_IGN)
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
