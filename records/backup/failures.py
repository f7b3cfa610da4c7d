"""Why a backup is not made, or not brought back; each says in a sentence what holds it up."""

from __future__ import annotations


class BackupFailed(Exception):
    """Nothing was changed: what was there is there."""
