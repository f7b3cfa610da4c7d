"""`make bench`: ours beside stock Rasa in the same run, written to bench/results.md."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import stack_load
from bench.data import ITEMS, WORDINGS, lay_out_ours, lay_out_stock
from bench.load import Load, client, engine_turn, put
from bench.processes import running, seconds_of
from scripts.stack import ENGINE_PYTHON, LOOPBACK, ROOT, free_port

RESULTS = ROOT / "bench/results.md"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class Side:
    """One engine's figures."""

    training: float
    start: float
    memory: float
    alone: Load
    together: Load


def main() -> int:
    """Measure both sides and the whole stack; minutes, most of them for stock Rasa's training."""
    with tempfile.TemporaryDirectory() as folder:
        print("▸ Stock Rasa: training (about ten minutes), then serving …", flush=True)
        stock = _stock(Path(folder) / "stock")
        print("▸ Ours: training, then the whole stack …", flush=True)
        training = _our_training(Path(folder) / "ours")
        measured = stack_load.measure()
    ours = Side(training, measured.start, measured.memory, measured.alone, measured.together)
    RESULTS.write_text(_report(ours, stock, measured), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))
    return 0


def _stock(folder: Path) -> Side:
    lay_out_stock(folder)
    rasa = [str(ENGINE_PYTHON), "-m", "rasa"]
    training = seconds_of([*rasa, "train", "--fixed-model-name", "stock"], folder, QUIET)
    port = str(free_port())
    serve = [*rasa, "run", "-m", "models/stock.tar.gz", "-p", port, "-i", LOOPBACK]
    url = f"http://{LOOPBACK}:{port}"
    with running(
        [*serve, "--credentials", "credentials.yml"], url + "/webhooks/rest/", folder, QUIET
    ) as server:
        alone, together = asyncio.run(_engine_loads(url, 300))
        return Side(training, server.seconds_to_start, server.megabytes(), alone, together)


async def _engine_loads(url: str, messages: int) -> tuple[Load, Load]:
    async with client(30) as sender:
        turn = engine_turn(sender, url)
        return await put(turn, messages, 1), await put(turn, 2 * messages, 4)


def _our_training(folder: Path) -> float:
    lay_out_ours(folder)
    settings: Mapping[str, str] = {**QUIET, "PYTHONPATH": str(ROOT)}
    command = [str(ENGINE_PYTHON), "-m", "bot.train", "models/ours.tar.gz"]
    return seconds_of(command, folder, settings)


def _report(ours: Side, stock: Side, measured: stack_load.Measured) -> str:
    rows = [
        _row(
            "messages a second, four conversations",
            stock.together.per_second,
            ours.together.per_second,
            more=True,
        ),
        _row("one message, p50, ms", stock.alone.p50, ours.alone.p50),
        _row("one message, p95, ms", stock.alone.p95, ours.alone.p95),
        _row(f"training, {ITEMS} items × {WORDINGS} wordings, s", stock.training, ours.training),
        _row("start until ready, s", stock.start, ours.start),
        _row("memory while serving, MB", stock.memory, ours.memory),
    ]
    whole, rush = measured.whole, measured.rush
    return "\n".join(
        [
            "# Performance",
            "",
            f"`make bench`, {datetime.now(UTC):%Y-%m-%d}, {_machine()}.",
            "Both sides in one run; the ratios are what counts.",
            "Ours includes the action server and its database; stock Rasa answers from its domain.",
            "Ours trains with the vectors of unchanged wordings kept from the last training.",
            "",
            "| engine | stock Rasa | ours | ratio |",
            "| --- | ---: | ---: | ---: |",
            *rows,
            "",
            "| whole stack, from POST to the answer's event, stored durably | |",
            "| --- | ---: |",
            "| one conversation: p50 / p95 / p99, ms "
            f"| {whole.p50:.1f} / {whole.p95:.1f} / {whole.p99:.1f} |",
            f"| eight conversations: messages a second | {rush.per_second:.0f} |",
            f"| turn 200 beside turn 1 of a conversation, engine | {measured.late_turn:.2f} × |",
            measured.own_record.row,
            *measured.live.rows,
            _scaling_row(),
            "",
        ]
    )


def _scaling_row() -> str:
    """What deciding costs with twenty times as many items, in processor time."""
    command = [str(ENGINE_PYTHON), "-W", "ignore", "-m", "bot.evaluation.scaling"]
    told = {**os.environ, **QUIET, "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        [*command, "models/wenbao.tar.gz"], cwd=ROOT, env=told, check=True, capture_output=True
    ).stdout
    found = json.loads(printed)
    (few, many), (before, after) = found["items"], found["ms"]
    name = f"deciding with {few:,} and with {many:,} items, the question's vector known, ms"
    counted = f"{found['with_vector']:.2f} × with the {found['vector_ms']:.0f} ms that it takes"
    return f"| {name} | {before:.1f} / {after:.1f} ({found['ratio']:.2f} ×; {counted}) |"


def _row(name: str, stock: float, ours: float, *, more: bool = False) -> str:
    ratio = ours / stock if more else stock / ours
    return f"| {name} | {stock:.1f} | {ours:.1f} | {ratio:.1f} × |"


def _machine() -> str:
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":")[1].strip() if names else model
    return f"{model}, {os.cpu_count()} cores"


if __name__ == "__main__":
    sys.exit(main())
