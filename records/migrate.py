"""Brings a database up to date: `python -m records.migrate [URL]`, without one DATABASE_URL's."""

import os
import sys

from records.migrations import upgrade


def main() -> int:
    """Migrate; 2 without an address."""
    # As an argument its password stands in the list of processes.
    given = sys.argv[1:] or [os.environ.get("DATABASE_URL", "")]
    if len(given) != 1 or not given[0]:
        sys.stderr.write("usage: python -m records.migrate postgresql://…, or set DATABASE_URL\n")
        return 2
    upgrade(given[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
