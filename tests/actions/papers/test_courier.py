"""What comes from the other side is proven first, kept once, and changes only what it may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from actions.courier.desk import Desk
from actions.courier.receiving import take_in_all
from actions.courier.sending import send_next
from sandbox.exchange import letters
from sandbox.exchange.letters import Heard, Letter
from sandbox.exchange.seal import signed
from tests.actions.papers.conftest import Person, SignInAs
from tests.actions.papers.node import RunningNode, go_round
from tests.actions.papers.test_exchange import acts, sent, the_case

pytestmark = pytest.mark.usefixtures("silent")
Forge = Callable[[RunningNode, Heard, Path], tuple[str, bytes]]


@pytest.fixture
async def person(sign_in_as: SignInAs, desk: Desk) -> Person:
    """Somebody whose transfer is at the other side."""
    one = await sign_in_as("douyue")
    await sent(one)
    await send_next(desk)
    return one


def heard(node: RunningNode) -> Heard:
    return next(iter(node.institution.heard.values()))


def put(node: RunningNode, letter: Letter) -> None:
    node.institution.outbox[letter.id] = signed(letter.xml, node.institution.folder)


def unsigned(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.answer(about)
    return made.id, made.xml


def by_another_key(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.answer(about)
    return made.id, signed(made.xml, folder / "another")


def changed_afterwards(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.answer(about)
    return made.id, signed(made.xml, node.institution.folder).replace(b">38<", b">380<")


def without_shape(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.letter(about, "PensionTransferReply", "<Months>x</Months>")
    return made.id, signed(made.xml, node.institution.folder)


def of_no_case(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.answer(replace(about, case=str(uuid4())))
    return made.id, signed(made.xml, node.institution.folder)


def of_another_partner(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.answer(replace(about, receiver="CN-510000"))
    return made.id, signed(made.xml, node.institution.folder)


def to_somebody_else(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.answer(replace(about, sender="DE"))
    return made.id, signed(made.xml, node.institution.folder)


def to_another_document(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.answer(replace(about, id=str(uuid4())))
    return made.id, signed(made.xml, node.institution.folder)


def of_another_kind(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    fields = {"From": "2027-01-01", "To": "2028-01-01"}
    made = letters.answer(replace(about, kind="CoverageRequest", fields=fields))
    return made.id, signed(made.xml, node.institution.folder)


def a_request(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    made = letters.letter(about, "Withdrawal", "<On>2026-11-25</On>")
    return made.id, signed(made.xml, node.institution.folder)


def under_another_id(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    return str(uuid4()), signed(letters.answer(about).xml, node.institution.folder)


def garbage(node: RunningNode, about: Heard, folder: Path) -> tuple[str, bytes]:
    return str(uuid4()), b"<!DOCTYPE x><x/>"


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (unsigned, "not_signed"),
        (by_another_key, "not_signed"),
        (changed_afterwards, "not_signed"),
        (without_shape, "wrong_shape"),
        (of_no_case, "no_such_case"),
        (of_another_partner, "no_such_case"),
        (to_somebody_else, "no_such_case"),
        (to_another_document, "no_such_document"),
        (of_another_kind, "other_kind"),
        (a_request, "unexpected_kind"),
        (under_another_id, "other_id"),
        (garbage, "not_a_message"),
    ],
)
async def test_a_document_that_is_not_theirs_or_not_for_this_case_is_refused(
    person: Person,
    desk: Desk,
    node: RunningNode,
    tmp_path: Path,
    forge: Forge,
    reason: str,
) -> None:
    number, xml = forge(node, heard(node), tmp_path)
    node.institution.outbox[number] = xml
    await take_in_all(desk)
    assert node.institution.refused == {number: reason}
    assert (await the_case(person)).state == "transmitted"
    async with desk.database.connect() as db:
        kept = await db.execute(
            text("SELECT count(*) FROM exchange_documents WHERE direction = 'in'")
        )
        assert kept.scalar() == 0


async def test_what_comes_twice_or_too_late_is_kept_and_changes_nothing(
    person: Person, desk: Desk, node: RunningNode
) -> None:
    about = heard(node)
    answer = letters.answer(about)
    put(node, answer)
    await take_in_all(desk)
    assert (await the_case(person)).state == "answered"
    put(node, answer)
    put(node, letters.status(about, "in_progress"))
    put(node, letters.reasoned(about, "Rejection", "other"))
    await take_in_all(desk)
    case = await the_case(person)
    assert (case.state, case.reason) == ("answered", None)
    assert (await acts(person)).count("answer") == 1
    assert node.institution.refused == {}
    assert node.institution.outbox == {}


async def test_our_receipt_is_signed_and_names_what_we_took(
    person: Person, desk: Desk, node: RunningNode
) -> None:
    letter = letters.status(heard(node), "received")
    put(node, letter)
    await take_in_all(desk)
    # The node itself has checked the signature and the digest before it let go of its letter.
    assert list(node.institution.acknowledged) == [letter.id]


async def test_a_receipt_that_got_lost_is_given_again(
    person: Person, desk: Desk, node: RunningNode
) -> None:
    letter = letters.answer(heard(node))
    put(node, letter)
    kept = node.institution.outbox[letter.id]
    await take_in_all(desk)
    node.institution.outbox[letter.id] = kept
    await take_in_all(desk)
    assert node.institution.outbox == {}
    assert (await acts(person)).count("answer") == 1


async def test_the_queue_holds_nothing_that_can_be_read(
    person: Person, desk: Desk, node: RunningNode
) -> None:
    await go_round(desk)
    async with desk.database.connect() as db:
        for table in ("exchange_cases", "exchange_documents", "exchange_steps"):
            rows = (await db.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608
            assert rows
            told = " ".join(
                bytes(one).decode("latin-1") if isinstance(one, bytes | memoryview) else str(one)
                for row in rows
                for one in row
            )
            assert person.id_number not in told
            assert "窦月" not in told.encode("latin-1", "replace").decode("utf-8", "replace")
            assert person.sub not in told
