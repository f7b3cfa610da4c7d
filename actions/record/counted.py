"""Counts the defects of registries' data, so that their owners learn of them."""

from __future__ import annotations

from collections.abc import Sequence

from actions.record.asking import Asking, transaction
from actions.record.findings import Finding
from records.own import data_findings
from records.vault import blind


async def note_defects(asking: Asking, found: Sequence[Finding]) -> list[Finding]:
    """The same findings, once each (region, kind) of them is counted for this person."""
    pairs = [(region, one.kind) for one in found if one.defect for region in one.regions]
    if pairs:
        parts = asking.parts
        index = blind(parts.index_key, "data_finding", asking.subject.id_number)
        async with transaction(parts) as db:
            await data_findings.note(db, index, pairs, parts.now())
    return list(found)
