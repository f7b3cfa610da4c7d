"""Moves conversations over to an engine on a new model, or back: `make engine`, `make engine-back`.

The new engine comes up beside the old one, past the gate; turns that begin from then on go to it,
turns that run are ended by the old one, and then that goes. Nothing of this stops the service, and
whatever is wrong with the new model, the old engine stays.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from records import engines
from records.database import open_database
from scripts import engine_programs
from scripts.engine_programs import ENGINE_PYTHON, LOOPBACK, ROOT, Serving, own_copy
from scripts.stack import free_port
from scripts.supervision import Supervisor

SECONDS_TO_COME_UP = 60
# A turn takes less (ENGINE_SECONDS of the gateway); after that nobody asks the old engine.
SECONDS_TO_FINISH = 12


class Refused(Exception):
    """The move did not happen; the sentence says why."""


def main(arguments: Sequence[str]) -> int:
    """Move; 1 when the old engine stays."""
    options = _options(arguments)
    try:
        used = engine_programs.read(options.data / "run")
        if options.back:
            _move(options.data, used, _model_before(used))
        else:
            _gate(used, options.model)
            _move(options.data, used, own_copy(options.model, options.data))
    except FileNotFoundError:
        print("Nothing runs here: start it with `make run`.", file=sys.stderr)
        return 1
    except Refused as problem:
        print(f"The engine in use stays: {problem}", file=sys.stderr)
        return 1
    return 0


def _move(data: Path, used: Serving, model: Path) -> None:
    begun = time.perf_counter()
    url, number = f"http://{LOOPBACK}:{free_port()}", used.number + 1
    new = replace(used, number=number, url=url, model=str(model))
    supervisor = Supervisor(data / "run", ROOT)
    index = _index_in_use(new)
    try:
        _index(new, "build")
        supervisor.add(engine_programs.programs(new)[0])
        _wait(new)
        asyncio.run(_tell_gateways(new))
    except Exception:
        _take_back(supervisor, new, index)
        raise
    engine_programs.write(data / "run", new)
    print(f"▸ Engine {number} answers, {time.perf_counter() - begun:.1f} s after its start")
    supervisor.add(engine_programs.programs(new)[1])
    time.sleep(SECONDS_TO_FINISH)
    for name in reversed(used.names):
        supervisor.remove(name)
    print(f"▸ Engine {used.number} is gone")


def _take_back(supervisor: Supervisor, new: Serving, index: str) -> None:
    if new.names[0] in supervisor.names():
        supervisor.remove(new.names[0])
    if index:
        _index(new, "activate", index)


def _gate(used: Serving, model: Path) -> None:
    """Refuse a model that breaks what the one in use gets right."""
    if not model.is_file():
        raise Refused(f"there is no model {model}")
    print("▸ Asking the new model what the one in use gets right …", flush=True)
    command = [str(ENGINE_PYTHON), "-W", "ignore", "-m", "bot.index", "compare"]
    asked = _run([*command, "--data", used.live, "--model", str(model), "--with", used.model], used)
    print(asked.stdout.decode(), end="", flush=True)
    if asked.returncode:
        last = (asked.stderr.decode().strip() or "it is worse").splitlines()[-1]
        raise Refused(last)


def _index(serving: Serving, *what: str) -> None:
    """Build or activate an index for this model: what staff published is not in it yet."""
    command = [str(ENGINE_PYTHON), "-W", "ignore", "-m", "bot.index", *what]
    done = _run([*command, "--data", serving.live, "--model", serving.model], serving)
    if done.returncode:
        raise Refused((done.stdout + done.stderr).decode().strip() or "no index for it")


def _run(command: list[str], serving: Serving) -> subprocess.CompletedProcess[bytes]:
    told = {**os.environ, **serving.settings, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=told, check=False, capture_output=True)


def _index_in_use(serving: Serving) -> str:
    file = Path(serving.settings["ANSWER_INDEX"]) / "current"
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def _wait(serving: Serving) -> None:
    """Until it answers a question, not only its door."""
    until = time.monotonic() + SECONDS_TO_COME_UP
    door = serving.url + "/webhooks/rest"
    asked = {"sender": f"probe-{serving.number}", "message": "你好", "metadata": {}}
    while time.monotonic() < until:
        try:
            if httpx.get(door + "/", timeout=2).json().get("ready", True) is True:
                said = httpx.post(door + "/webhook", json=asked, timeout=10)
                if said.status_code == 200 and said.json():
                    return
        except (httpx.HTTPError, ValueError, AttributeError):
            pass
        time.sleep(0.2)
    raise Refused("an engine on this model does not answer")


async def _tell_gateways(serving: Serving) -> None:
    database = open_database(serving.database_url)
    try:
        async with database.begin() as db:
            await engines.move_over(db, serving.url, serving.model, datetime.now(UTC))
    finally:
        await database.dispose()


def _model_before(used: Serving) -> Path:
    model = asyncio.run(_served_before(used))
    if model is None or not Path(model).is_file():
        raise Refused("no model was in use before")
    return Path(model)


async def _served_before(used: Serving) -> str | None:
    database = open_database(used.database_url)
    try:
        async with database.connect() as db:
            now = await engines.in_use(db)
            before = await engines.before(db, now.number) if now else None
    finally:
        await database.dispose()
    return before.model if before else None


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Move over to an engine on another model.")
    parser.add_argument("--model", type=Path, default=ROOT / "models/wenbao.tar.gz")
    parser.add_argument("--back", action="store_true", help="to the model that was in use before")
    data = Path(os.environ.get("DATA_DIR", ROOT / ".data"))
    parser.add_argument("--data", type=Path, default=data, help="the data folder of `make run`")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
