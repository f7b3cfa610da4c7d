"""Brings the database at a given address up to date: `python -m records.migrate URL`."""

import sys

from records.migrations import upgrade


def main() -> int:
    """Migrate; 2 without an address."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m records.migrate postgresql://…\n")
        return 2
    upgrade(sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
