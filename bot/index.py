"""The answer index: new wordings and items go live in running engines, without a restart.

`python -m bot.index build|watch|check|activate|rollback|compare [VERSION]` works in the folder
that `ANSWER_INDEX` names, signed with `ANSWER_INDEX_KEY`. `build` brings the version in use to what
the data say now, checks the frozen regression set, and activates only what breaks no question that
the version in use answers right; `watch` does so whenever the data change. `compare` holds a newly
trained model to what another one `--with` its index gets right.
"""

from __future__ import annotations

import argparse
import os
import sys
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path

# As the server sets it, before numpy reads it: the matrices of one question are small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bot.publishing import answer_index
from bot.publishing.update import update
from bot.publishing.workshop import Workshop, trained
from bot.ranking.model import Model

PREVIOUS_FILE = "previous"
WATCH_SECONDS = 0.25
# Versions that stay beside those that may come back: the rest is deleted.
KEPT_VERSIONS = 5


def main(arguments: Sequence[str]) -> int:
    """Do what was asked; 1 when the gate refuses."""
    options = _options(arguments)
    folder, key = Path(os.environ["ANSWER_INDEX"]), os.environ["ANSWER_INDEX_KEY"].encode()
    shop = Workshop(folder, key, options.data, options.model)
    if options.what == "rollback":
        return _rollback(folder)
    if options.what == "watch":
        return _watch(shop)
    if options.what == "build":
        return _build(shop)
    if options.what == "compare":
        return _compare(shop, Workshop(folder, key, options.data, options.known).used())
    version = options.version or answer_index.current(folder)
    model = answer_index.read(folder / version, key)
    if _refused(shop, version, model, shop.used()):
        return 1
    return _activate(folder, version) if options.what == "activate" else 0


def _compare(shop: Workshop, used: Model) -> int:
    """Hold the shop's model, which is not in use, to what the one in use gets right."""
    try:
        fresh = trained(shop.model)
    except (OSError, EOFError, tarfile.TarError, KeyError, ValueError):
        sys.stderr.write(f"{shop.model} is no trained model\n")
        return 1
    return int(_refused(shop, shop.model.name, fresh, used))


def _build(shop: Workshop) -> int:
    started = time.perf_counter()
    used, gate = shop.used(), shop.gate
    model, change = update(used, shop.data, gate.words, gate.vectors)
    version = time.strftime("%Y%m%d-%H%M%S", time.gmtime()) + f"-{time.time_ns() % 10**6:06}"
    answer_index.write(shop.folder, version, model, shop.key)
    took = time.perf_counter() - started
    _say(f"{version}: {change.added} wordings more, {change.gone} less, {took:.1f} s")
    return 1 if _refused(shop, version, model, used) else _activate(shop.folder, version)


def _watch(shop: Workshop) -> int:
    """Build whenever the data change, until told to stop."""
    seen = _stamp(shop.data)
    shop.used()
    shop.gate.vectors.one("")  # whoever waits for a wording should not wait for this
    _say(f"watching {shop.data}")
    while True:
        time.sleep(WATCH_SECONDS)
        now = _stamp(shop.data)
        if now != seen:
            seen = now
            try:
                _build(shop)
            except (OSError, ValueError, KeyError, TypeError) as problem:
                _say(f"not built: {type(problem).__name__}")


def _stamp(data: Path) -> tuple[tuple[str, int, int], ...]:
    """When which wordings and items were last written, and where they lie."""
    root = data.resolve()
    files = sorted([*root.glob("nlu/**/*.yml"), *root.glob("knowledge/items/*.yml")])
    return tuple((str(file), *_written(file)) for file in files)


def _written(file: Path) -> tuple[int, int]:
    try:
        about = file.stat()
    except OSError:
        return 0, 0  # it went away meanwhile: the next look sees how things are
    return about.st_mtime_ns, about.st_size


def _refused(shop: Workshop, version: str, model: Model, used: Model) -> bool:
    """Whether a version breaks what the one in use gets right."""
    broken = shop.gate.broken(model)
    worse = shop.gate.worse(broken, used) if broken else []
    count = len(shop.gate.expected)
    _say(f"{version}: {count - len(broken)} of {count} questions right")
    for one in worse:
        _say(f"  broken: {one.question} ({one.item or one.decision})")
    return bool(worse)


def _activate(folder: Path, version: str) -> int:
    before = answer_index.current(folder)
    answer_index.activate(folder, version)
    if before and before != version:
        (folder / PREVIOUS_FILE).write_text(before + "\n", encoding="utf-8")
    answer_index.tidy(folder, {version, before}, KEPT_VERSIONS)
    _say(f"{version} is in use")
    return 0


def _rollback(folder: Path) -> int:
    file = folder / PREVIOUS_FILE
    if not file.exists():
        _say("there is no earlier version")
        return 1
    used, earlier = answer_index.current(folder), file.read_text(encoding="utf-8").strip()
    answer_index.activate(folder, earlier)
    file.write_text(used + "\n", encoding="utf-8")
    _say(f"{earlier} is in use again")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build, check, activate or roll back.")
    whats = ("build", "watch", "check", "activate", "rollback", "compare")
    parser.add_argument("what", choices=whats)
    parser.add_argument("version", nargs="?", default="")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--model", type=Path, default=Path("models/wenbao.tar.gz"))
    parser.add_argument("--with", dest="known", type=Path, help="the model in use")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
