"""Makes and brings back backups: `python -m records.backup take FOLDER`, `… restore BACKUP`.

The keys go and come by themselves, `… take-keys FILE` and `… restore-keys FILE`: whoever finds a
backup with its keys beside it can read it, and no key can be destroyed that lies in every copy.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from records.backup.bring_back import BroughtBack, bring_back, bring_keys_back
from records.backup.failures import BackupFailed
from records.backup.settings import read_settings
from records.backup.take import take, take_keys, told_of


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; 1 when it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m records.backup", description=__doc__)
    parser.add_argument("act", choices=["take", "restore", "take-keys", "restore-keys"])
    parser.add_argument("place", type=Path)
    given = parser.parse_args(arguments)
    try:
        for line in _done(given.act, given.place):
            sys.stdout.write(line + "\n")
    except BackupFailed as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def _done(act: str, place: Path) -> Iterator[str]:
    settings, now = read_settings(), datetime.now(UTC)
    if act == "take":
        yield from told_of(asyncio.run(take(settings, place, now)))
    elif act == "restore":
        yield from _told(asyncio.run(bring_back(settings, place, now)))
    elif act == "take-keys":
        yield f"{take_keys(settings, place)}: keys and key pairs; keep it apart from backups"
    else:
        kept = bring_keys_back(place, settings.signing_dir)
        yield f"{settings.signing_dir}: key pairs"
        other = [name for name, key in kept.items() if key and key != settings.written_keys()[name]]
        if other:
            names = ", ".join(name.upper() for name in other)
            raise BackupFailed(f"set otherwise than when they were kept: {names}")


def _told(done: BroughtBack) -> Iterator[str]:
    yield f"database and folders are those of {done.taken_at.isoformat()}"
    yield f"sealed values: {done.opened.with_key} with their key, {done.opened.without_key} without"
    if done.knew_of_erasures:
        yield f"erased again, because citizens had it erased since: {done.erased_again}"
    else:
        yield "whoever had their data erased since then: nobody knows, the old database is gone"


if __name__ == "__main__":
    sys.exit(main())
