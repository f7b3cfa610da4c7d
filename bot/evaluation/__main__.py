"""`python -m bot.evaluation --model M [--file q.jsonl] [--oos o.jsonl] [--into bench]`.

Without files it measures on our own wordings: a fifth of each item's is held out, the rest is
learnt anew. Rows of `--file` are `{"question", "kind", "topics"}`, of `--oos`
`{"question", "near"}`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

# As the server sets it, before numpy reads it: the matrices of one question are small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports
from bot.evaluation.measures import Judged
from bot.evaluation.page import write

Parse = Callable[[str], dict[str, Any]]


def main() -> int:
    """Measure, write the page, print it."""
    options = _options()
    if options.file is None and options.oos is None:
        from bot.evaluation.held_out import judge_held_out

        judged, sure = judge_held_out()
        threshold: float | None = sure
        source = "a fifth of our own wordings, held out"
    else:
        from bot.understand import parser

        parse = parser(options.model)
        judged = [_judge(row, parse) for row in _rows(options.file, options.oos)]
        threshold = shipped_threshold(options.model)
        source = ", ".join(f"`{file.name}`" for file in (options.file, options.oos) if file)
    sys.stdout.write(write(judged, options.into, source, threshold))
    return 0


def _rows(file: Path | None, oos: Path | None) -> Iterable[dict[str, Any]]:
    if file is not None:
        yield from _read(file)
    if oos is not None:
        yield from ({"kind": "oos", "topics": [], **row} for row in _read(oos))


def _read(file: Path) -> list[dict[str, Any]]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _judge(row: dict[str, Any], parse: Parse) -> Judged:
    started = time.perf_counter()
    found = parse(row["question"])
    taken = (time.perf_counter() - started) * 1000
    answers = found.get("answers") or []
    return Judged(
        question=row["question"],
        kind=row["kind"],
        topics=tuple(row["topics"]),
        near=bool(row.get("near", True)),
        decision=found.get("decision", "reject"),
        ranked=tuple(one["id"] for one in answers),
        sure=answers[0]["score"] if answers else 0.0,
        milliseconds=taken,
    )


def shipped_threshold(model: Path) -> float | None:
    """The probability from which on this model answers, as its training found it."""
    import tarfile

    from bot.ranking.model import NAMES_FILE

    with tarfile.open(model) as archive:
        for member in archive.getmembers():
            if member.name.endswith(NAMES_FILE):
                content = archive.extractfile(member)
                return float(json.load(content)["thresholds"]["answer"]) if content else None
    return None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the understanding.")
    parser.add_argument("--model", type=Path, default=Path("models/wenbao.tar.gz"))
    parser.add_argument("--file", type=Path)
    parser.add_argument("--oos", type=Path)
    parser.add_argument("--into", type=Path, default=Path("bench"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
