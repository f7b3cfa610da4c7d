"""The answer index: new wordings and items go live in running engines, without a restart.

`python -m bot.index build|watch|check|activate|rollback|compare [VERSION]` works in the folder
that `ANSWER_INDEX` names, signed with `ANSWER_INDEX_KEY`. `build` brings the version in use to what
the data say now, asks the gate, and activates only what breaks nothing that the version in use
does right; `watch` does so whenever the data change, and with `--port` checks candidates for the
console (`WORKSHOP_TOKEN`), which lie beside the data in `candidates/`. `compare` holds a newly
trained model to what another one `--with` its index gets right.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tarfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

# As the server sets it, before numpy reads it: the matrices of one question are small.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from bot.memory import give_back
from bot.publishing import answer_index
from bot.publishing.door import Desk, door
from bot.publishing.watching import Watcher, report
from bot.publishing.workshop import PREVIOUS_FILE, Workshop, trained
from bot.ranking.model import Model
from bot.watch.logs import begin

log = logging.getLogger(__name__)

PORT_SECONDS = 0.5


def main(arguments: Sequence[str]) -> int:
    """Do what was asked; 1 when the gate refuses."""
    options = _options(arguments)
    folder, key = Path(os.environ["ANSWER_INDEX"]), os.environ["ANSWER_INDEX_KEY"].encode()
    shop = Workshop(folder, key, options.data, options.model)
    if options.what == "rollback":
        return _rollback(folder)
    if options.what == "watch":
        return _watch(shop, options.port)
    if options.what == "build":
        return _build(shop)
    if options.what == "compare":
        return _compare(shop, Workshop(folder, key, options.data, options.known).used())
    version = options.version or answer_index.current(folder)
    model = answer_index.read(folder / version, key, shop.own())
    verdict = shop.gate.judge(model, shop.used())
    _say(f"{version}: {verdict.right} of {verdict.questions} questions right")
    if verdict.reasons:
        return 1
    return _activate(shop, version) if options.what == "activate" else 0


def _compare(shop: Workshop, used: Model) -> int:
    """Hold the shop's model, which is not in use, to what the one in use gets right."""
    try:
        fresh = trained(shop.model)
    except (OSError, EOFError, tarfile.TarError, KeyError, ValueError):
        sys.stderr.write(f"{shop.model} is no trained model\n")
        return 1
    broken = shop.gate.broken(fresh)
    worse = shop.gate.worse(broken, used)
    count = len(shop.gate.expected)
    _say(f"{shop.model.name}: {count - len(broken)} of {count} questions right")
    for one in worse:
        _say(f"  broken: {one.question} ({one.item or one.decision})")
    return int(bool(worse))


def _build(shop: Workshop) -> int:
    built = shop.build(shop.data)
    _say(report(built))
    return _activate(shop, built.version) if built.version else 1


def _watch(shop: Workshop, port: int) -> int:
    """Follow the data until told to stop, and serve the console meanwhile."""
    begin("indexer")
    shop.folder.mkdir(parents=True, exist_ok=True)
    shop.used()
    shop.gate.vectors.one("")  # whoever waits for a wording should not wait for this
    shop.encoder.one("")
    give_back()
    watcher = Watcher(shop, log.info)
    if port:
        token = os.environ["WORKSHOP_TOKEN"]
        desk = Desk(shop, watcher, shop.data.parent / "candidates", token)
        threading.Thread(target=_serve, args=(desk, port), daemon=True).start()
    log.info("watching %s", shop.data)
    watcher.follow()
    return 0


def _serve(desk: Desk, port: int) -> None:
    """Serve as soon as the indexer of an engine that goes has let go of the port."""
    while True:
        try:
            server = door(desk, port)
        except OSError:
            time.sleep(PORT_SECONDS)
        else:
            server.serve_forever()


def _activate(shop: Workshop, version: str) -> int:
    shop.activate(version)
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
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--with", dest="known", type=Path, help="the model in use")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
