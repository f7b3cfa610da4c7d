"""Who may do what. An author's own change is another matter: `records.staff.workflow`."""

from __future__ import annotations

from collections.abc import Iterable

EDITOR, REVIEWER, PUBLISHER = "editor", "reviewer", "publisher"
AUDITOR, ADMINISTRATOR, SUPERVISOR = "auditor", "administrator", "supervisor"
ROLES = (EDITOR, REVIEWER, PUBLISHER, AUDITOR, ADMINISTRATOR, SUPERVISOR)

# The three administrations of GB/T 22239-2019 stay apart: whoever runs the system neither writes
# nor reads the audit log, whoever reads the log changes nothing.
MAY: dict[str, frozenset[str]] = {
    "read": frozenset(ROLES),
    "edit": frozenset({EDITOR}),
    "import": frozenset({EDITOR}),
    "export": frozenset({EDITOR, REVIEWER, PUBLISHER, AUDITOR}),
    "comment": frozenset({EDITOR, REVIEWER, PUBLISHER}),
    "review": frozenset({REVIEWER}),
    "publish": frozenset({PUBLISHER}),
    "audit": frozenset({AUDITOR}),
    "operate": frozenset({ADMINISTRATOR}),
    # Whoever decides on a publication sees which real answers it would change.
    "see_shadow": frozenset({EDITOR, REVIEWER, PUBLISHER, AUDITOR}),
    "see_questions": frozenset({EDITOR, REVIEWER, AUDITOR}),
    # Whoever leads the agents; it is their people who call back.
    "see_handovers": frozenset({SUPERVISOR, AUDITOR}),
    "close_handover": frozenset({SUPERVISOR}),
    "label": frozenset({EDITOR, REVIEWER}),
}


def may(roles: Iterable[str], act: str) -> bool:
    """Whether one of the roles allows it."""
    return not MAY[act].isdisjoint(roles)
