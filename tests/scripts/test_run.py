"""`make run` waits for our gateway, and for nobody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from scripts.run import LOCK_FILE, RunningAlready, alone, came_up
from scripts.stack import Stack
from tests.stand_ins.serving import Served

Answers = Callable[..., Stack]


@pytest.fixture
def answering(tmp_path: Path) -> Iterator[Answers]:
    """A stack that runs, and what answers at its address: one after the other, then the last."""
    waiting = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    servers: list[Served] = []

    def answer(*answers: Response) -> Stack:
        left = list(answers)

        async def ready(request: Request) -> Response:
            return left.pop(0) if len(left) > 1 else left[0]

        served = Served(Starlette(routes=[Route("/readyz", ready)]))
        served.start()
        servers.append(served)
        return Stack(served.url, {}, tmp_path, waiting)

    yield answer
    for served in servers:
        served.stop()
    waiting.kill()
    waiting.wait()


@pytest.mark.parametrize(
    "foreign",
    [
        PlainTextResponse("It works!"),
        PlainTextResponse("not found", 404),
        JSONResponse({"detail": "Not Found"}, 404),
        JSONResponse(["ready"]),
        JSONResponse({"parts": ["ready"]}),
    ],
    ids=["words", "words, 404", "an object", "a list", "other parts"],
)
def test_a_foreign_program_on_our_port_is_named_at_once(
    answering: Answers, foreign: Response, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = answering(foreign)
    assert not came_up(stack)
    told = capsys.readouterr()
    assert told.err == (
        f"Another program answers at {stack.url}: end it, or set PORT to a port that is free.\n"
    )
    assert told.out == ""


def test_what_is_missing_is_said_until_all_is_there(
    answering: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = {"database": True, "redis": False, "engine": False}
    assert came_up(
        answering(
            PlainTextResponse("Bad Gateway", 502),
            JSONResponse({"error": "not_ready", "parts": parts}, 503),
            JSONResponse({"status": "ready", "parts": dict.fromkeys(parts, True)}),
        )
    )
    assert capsys.readouterr().out.splitlines() == [
        "▸ Waiting for the gateway …",
        "▸ Waiting for redis, engine …",
    ]


# What ends, as `make run` does; it is told to twice more while it does so.
ENDING = """
import os, signal, time
from scripts.run import Stopped, stop_when_told
stop_when_told()
try:
    print("up", flush=True)
    time.sleep(30)
except Stopped:
    for sign in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), sign)
        time.sleep(0.1)
    print("ended in order")
"""


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_who_is_told_to_end_twice_ends_in_order(sign: signal.Signals) -> None:
    ending = subprocess.Popen([sys.executable, "-c", ENDING], stdout=subprocess.PIPE, text=True)
    assert ending.stdout is not None
    assert ending.stdout.readline() == "up\n"
    ending.send_signal(sign)
    assert ending.communicate(timeout=10)[0] == "ended in order\n"
    assert ending.returncode == 0


def test_a_second_start_with_the_same_data_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    alone(tmp_path)
    second = subprocess.run(
        [sys.executable, "-m", "scripts.run"],
        env={**os.environ, "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert "running already" in second.stderr
    assert str(tmp_path) in second.stderr
    assert second.stdout == ""  # not even the stores were started
    assert [one.name for one in tmp_path.iterdir()] == [LOCK_FILE]
    with pytest.raises(RunningAlready):
        alone(tmp_path)
