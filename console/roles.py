"""Who may do what. An author's own change is another matter: `records.staff.workflow`."""

from __future__ import annotations

from collections.abc import Iterable

EDITOR, REVIEWER, PUBLISHER = "editor", "reviewer", "publisher"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"
SUPERVISOR, AGENT = "supervisor", "agent"
ROLES = (EDITOR, REVIEWER, PUBLISHER, AUDITOR, ADMINISTRATOR, SUPERVISOR, AGENT)

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
    # Agents speak with citizens; whoever leads them also closes what none of them has.
    "see_handovers": frozenset({AGENT, SUPERVISOR, AUDITOR}),
    "answer_handover": frozenset({AGENT, SUPERVISOR}),
    "close_handover": frozenset({SUPERVISOR}),
    "label": frozenset({EDITOR, REVIEWER}),
}


def may(roles: Iterable[str], act: str) -> bool:
    """Whether one of the roles allows it."""
    return not MAY[act].isdisjoint(roles)
