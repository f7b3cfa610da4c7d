"""Turns the vault key: `python -m records.rotation [--preview]`.

Exit 0: nothing needs an older key any more, and it may be taken out of `VAULT_KEY`. Exit 3:
some values still do (a process that seals with the old key runs, or a key is missing).
"""

from __future__ import annotations

import asyncio
import sys

from records.database import open_database
from records.privacy.settings import Settings, read_settings
from records.rotation import count_by_version, turn

STILL_NEEDED = 3


async def rotate(settings: Settings, preview: bool) -> int:
    """Wrap anew unless it is a preview; say what is left."""
    ring = settings.key
    database = open_database(settings.database_url.get_secret_value(), pool_size=1)
    try:
        if not preview:
            async for step in turn(database, ring):
                _say(f"{step.name}: {step.rewrapped} rewrapped, {step.unopenable} unopenable")
        async with database.connect() as db:
            counts = await count_by_version(db)
    finally:
        await database.dispose()
    left = 0
    for name, versions in counts.items():
        for version, many in sorted(versions.items()):
            _say(f"{name}: {many} with key {version}{'' if version in ring.versions else ' (?)'}")
            left += many if version != ring.current else 0
    _say(f"{left} values need a key other than {ring.current}")
    return STILL_NEEDED if left else 0


def main() -> int:
    """Read the command line."""
    if sys.argv[1:] not in ([], ["--preview"]):
        sys.stderr.write("usage: python -m records.rotation [--preview]\n")
        return 2
    return asyncio.run(rotate(read_settings(), "--preview" in sys.argv))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
