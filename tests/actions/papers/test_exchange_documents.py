"""Documents of the exchange: two validators, signatures that tools of others check, forgeries."""

from __future__ import annotations

import asyncio
import random
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import xmlsec
from lxml import etree
from stdnum.cn import ric, uscc

from actions.exchange import documents, schemas
from actions.exchange.message import EXCHANGE, HEADER, NotAMessage, parsed, read, written
from actions.exchange.rules import Known, is_resident_id, is_unified_code, problems
from actions.exchange.schemas import SchemaInvalid, check_shape
from actions.record.working_days import due_after
from actions.signing.keys import KeyPair, key_pair
from actions.signing.xml import NotSigned, what_was_signed
from records.exchange import states
from records.exchange.cases import COVERAGE, TRANSFER, Case
from sandbox.exchange.seal import BadSignature, check, signed

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DRAFTS = {
    TRANSFER: {
        "name": "窦月",
        "id_number": "51019919840326163X",
        "insurance": "pension",
        "from_region": "440000",
        "to_region": "310000",
        "enrolled_since": "2019-02-01",
    },
    COVERAGE: {
        "name": "王芳 & <Co>",
        "id_number": "310199199003150241",
        "country": "DE",
        "category": "posted",
        "region": "310000",
        "employer": "上海示例机械有限公司",
        "employer_code": "91310000MA1K000096",
        "employer_abroad": 'Beispiel "GmbH" & Söhne',
        "from": "2027-01-01",
        "to": "2028-12-31",
    },
}


@pytest.fixture
def pair(signing_dir: Path) -> KeyPair:
    return documents.our_pair(signing_dir)


def case(kind: str, **changed: str) -> Case:
    draft = {**DRAFTS[kind], **changed}
    return Case(
        *(uuid4(), "261124-000001", kind, uuid4(), "citizen:x", "DE", "confirmed", draft, {}),
        *(None, NOW, NOW, None, None),
    )


def made(kind: str, pair: KeyPair, **changed: str) -> bytes:
    return documents.application(case(kind, **changed), TODAY, NOW, pair).xml


@pytest.mark.parametrize("kind", [TRANSFER, COVERAGE])
def test_both_validators_pass_the_document_and_it_reads_as_it_was_meant(
    kind: str, pair: KeyPair
) -> None:
    xml = made(kind, pair)
    check_shape(xml)
    message = read(what_was_signed(parsed(xml), pair.certificate))
    assert message.sender == "CN"
    assert message.fields["Person"]["Name"] == DRAFTS[kind]["name"]
    again = read(written(message))
    assert again == message


@pytest.mark.parametrize("kind", [TRANSFER, COVERAGE])
def test_libxmlsec1_finds_our_signature_whole(
    kind: str, pair: KeyPair, signing_dir: Path, tmp_path: Path
) -> None:
    xml = made(kind, pair)
    check(xml, signing_dir / "exchange.crt.pem")  # the xmlsec library
    if shutil.which("xmlsec1") is None:
        pytest.skip("the command xmlsec1 is not installed")
    file = tmp_path / "document.xml"
    command = ["xmlsec1", "--verify", "--pubkey-cert-pem", str(signing_dir / "exchange.crt.pem")]
    file.write_bytes(xml)
    assert subprocess.run([*command, str(file)], capture_output=True, check=False).returncode == 0
    file.write_bytes(xml.replace(b"2026-11-24<", b"2026-11-25<", 1))
    assert subprocess.run([*command, str(file)], capture_output=True, check=False).returncode != 0


def test_our_verifier_finds_the_signature_of_libxmlsec1_whole(tmp_path: Path) -> None:
    from cryptography import x509

    theirs = signed(bytes(etree.tostring(etree.fromstring(SMALL))), tmp_path)
    certificate = x509.load_pem_x509_certificate((tmp_path / "node.crt.pem").read_bytes())
    assert what_was_signed(parsed(theirs), certificate).tag.endswith("Message")
    with pytest.raises(NotSigned):
        what_was_signed(parsed(theirs.replace(b"received", b"in_progress")), certificate)


SMALL = (
    f'<Message xmlns="{EXCHANGE}" xmlns:h="{HEADER}"><Status><State>received</State>'
    "<On>2026-11-24</On></Status></Message>"
)


def broken(root: etree._Element, chance: random.Random) -> str:
    """Do one thing to a document that its schema forbids."""
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    leaves = [one for one in elements if not len(one) and one.text]
    kind = chance.randrange(5)
    one = chance.choice(elements[1:])
    parent = one.getparent()
    assert parent is not None
    if kind == 0:
        parent.remove(one)
        return f"removed {one.tag}"
    if kind == 1:
        one.addnext(etree.fromstring(etree.tostring(one)))
        return f"doubled {one.tag}"
    if kind == 2:
        one.tag = str(one.tag) + "X"
        return f"renamed {one.tag}"
    if kind == 3:
        one.set("extra", "1")
        return f"attribute on {one.tag}"
    leaf = chance.choice(leaves)
    leaf.text = "\u00e9" * 201
    return f"text of {leaf.tag}"


@pytest.mark.parametrize("kind", [TRANSFER, COVERAGE])
def test_the_two_validators_agree_on_300_broken_documents(kind: str, pair: KeyPair) -> None:
    chance = random.Random(11)  # noqa: S311
    source = bytes(etree.tostring(written(read(parsed(made(kind, pair))))))
    refused = 0
    for _ in range(300):
        root = etree.fromstring(source)
        what = broken(root, chance)
        xml = bytes(etree.tostring(root))
        one, other = schemas._with_libxml2(xml), schemas._with_xmlschema(xml)
        assert bool(one) == bool(other), what
        refused += bool(one)
        if one:
            with pytest.raises(SchemaInvalid):
                check_shape(xml)
    assert refused > 250


def wrapped(xml: bytes) -> bytes:
    """The signed document inside another one that nobody signed."""
    inner = etree.fromstring(xml)
    outer = etree.fromstring(xml)
    signature = outer.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    assert signature is not None
    outer.remove(signature)
    for leaf in outer.iter(f"{{{EXCHANGE}}}Country"):
        leaf.text = "JP"
    outer.append(inner)
    return bytes(etree.tostring(outer))


def without_signature(xml: bytes) -> bytes:
    root = etree.fromstring(xml)
    for one in root.findall("{http://www.w3.org/2000/09/xmldsig#}Signature"):
        root.remove(one)
    return bytes(etree.tostring(root))


def narrowed(xml: bytes) -> bytes:
    return xml.replace(b'URI=""', b'URI="#x"').replace(
        b"<CoverageRequest>", b'<CoverageRequest Id="x">'
    )


@pytest.mark.parametrize(
    "forge",
    [
        wrapped,
        without_signature,
        narrowed,
        lambda xml: xml.replace(b">DE<", b">JP<"),
        lambda xml: xml.replace(b"rsa-sha256", b"rsa-sha1"),
        lambda xml: xml.replace(b"<Country>", b"<!-- x --><Country>").replace(b">DE<", b">JP<"),
    ],
)
def test_neither_side_believes_a_forged_document(
    pair: KeyPair, signing_dir: Path, forge: Callable[[bytes], bytes]
) -> None:
    xml = forge(made(COVERAGE, pair))
    with pytest.raises(NotSigned):
        what_was_signed(parsed(xml), pair.certificate)
    with pytest.raises(BadSignature):
        check(xml, signing_dir / "exchange.crt.pem")


def test_a_signature_with_another_key_does_not_count_though_it_is_whole(
    pair: KeyPair, tmp_path: Path
) -> None:
    other = key_pair(tmp_path, "exchange", "somebody")
    with pytest.raises(NotSigned):
        what_was_signed(parsed(made(COVERAGE, other)), pair.certificate)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<",
        b"<Message/>" + b" " * (256 * 1024),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        "<x/>".encode("utf-16"),
    ],
)
def test_what_is_no_message_is_refused_before_it_is_looked_at(xml: bytes) -> None:
    with pytest.raises(NotAMessage):
        parsed(xml)


def test_a_draft_that_does_not_fit_the_schema_is_found_before_it_is_signed(pair: KeyPair) -> None:
    for changed in ({"employer_abroad": "x" * 201}, {"id_number": "1"}, {"to": "2028-02-30"}):
        with pytest.raises(SchemaInvalid):
            made(COVERAGE, pair, **changed)


def test_the_check_character_of_the_unified_code_finds_slips() -> None:
    code = DRAFTS[COVERAGE]["employer_code"]
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    right = [code[:17] + one for one in alphabet if is_unified_code(code[:17] + one)]
    assert len(right) == 1
    good = right[0]
    for place in range(18):
        for one in alphabet:
            changed = good[:place] + one + good[place + 1 :]
            assert is_unified_code(changed) == (changed == good)
    assert not is_unified_code(good.lower())
    assert not is_unified_code("")


def test_a_library_of_others_agrees_on_check_characters() -> None:
    chance, alphabet = random.Random(3), "0123456789ABCDEFGHJKLMNPQRTUWXY"  # noqa: S311
    for _ in range(2000):
        code = "91" + "310000" + "".join(chance.choices(alphabet, k=10))
        assert is_unified_code(code) == uscc.is_valid(code)
        number = f"310101{chance.randint(1950, 2005)}0{chance.randint(1, 9)}1{chance.randint(0, 9)}"
        number += f"{chance.randint(0, 999):03d}{chance.choice('0123456789X')}"
        assert is_resident_id(number) == ric.is_valid(number)


def test_an_id_number_with_a_slip_is_found() -> None:
    assert is_resident_id("51019919840326163X")
    assert not is_resident_id("510199198403261631")
    assert not is_resident_id("５１0199198403261630")


def test_a_longest_posting_counts_once_a_source_confirms_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from actions.exchange import rules, words

    known = {**words.agreements(), "DE": replace(words.agreements()["DE"], longest_months=12)}
    monkeypatch.setattr(rules, "agreements", lambda: known)
    wrong = problems(COVERAGE, DRAFTS[COVERAGE], Known(), TODAY)
    assert "too_long" in [one.code for one in wrong]


def test_fifteen_working_days_know_the_shifted_saturdays() -> None:
    assert due_after(date(2026, 11, 24)) == date(2026, 12, 15)
    # Mid-autumn and National Day: 25 September and 1 to 7 October off, Saturday the 10th worked.
    assert due_after(date(2026, 9, 24)) == date(2026, 10, 22)


def test_every_state_can_be_reached_and_left_and_only_by_its_acts() -> None:
    reached = {"draft"}
    for _ in states.STATES:
        reached |= {act.to for state in reached for act in states.acts(state)}
    assert reached == set(states.STATES)
    for state in states.STATES:
        assert bool(states.acts(state)) == (state != states.FINAL)
        legal = {(act.name, act.actor) for act in states.acts(state)}
        every = {(act.name, act.actor) for one in states.STATES for act in states.acts(one)}
        for name, actor in every - legal:
            with pytest.raises(states.IllegalAct):
                states.after(state, name, actor)
    assert states.citizens_acts("queued") == ("withdraw",)
    assert states.citizens_acts("queued", states.UNDELIVERABLE) == ("retry", "withdraw")


def test_the_key_is_made_once_by_however_many_processes(tmp_path: Path) -> None:
    async def all_at_once() -> list[KeyPair]:
        tasks = (asyncio.to_thread(key_pair, tmp_path, "exchange", "x") for _ in range(4))
        return list(await asyncio.gather(*tasks))

    pairs = asyncio.run(all_at_once())
    assert len({one.certificate.serial_number for one in pairs}) == 1
    for one in pairs:
        assert one.certificate.public_key() == one.key.public_key()
    assert (tmp_path / "exchange.key.pem").stat().st_mode & 0o077 == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "exchange.crt.pem",
        "exchange.key.pem",
    ]


def test_xmlsec_and_lxml_work_in_one_process() -> None:
    assert xmlsec.get_libxmlsec_version() > (1, 2)
