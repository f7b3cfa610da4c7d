"""The contribution certificate: made for its owner alone, sealed, and true to tools of others."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import text

from actions.talk.parts import Parts
from records import audit, certificates
from records.audit import CITIZENS
from records.files import downloads
from records.files.downloads import File
from tests.actions.conftest import keep_shown
from tests.actions.papers.conftest import SignInAs
from tests.actions.stage import Clock, Said, Stage
from tests.sandbox.running import RunningRegistry

GET = "action_get_certificate"


async def ask(stage: Stage, **turn: object) -> Said:
    return await stage.play(GET, "get_certificate", **turn)


async def file_of(parts: Parts, said: Said, number: int = 0) -> File:
    cards = [card for card in said.cards if card["type"] == "certificate"]
    token = cards[number]["url"].removeprefix("/downloads/")
    async with parts.database.connect() as db:
        file = await downloads.open_file(db, parts.vault_key, token, parts.now())
    assert file is not None
    return file


async def rows(parts: Parts, table: str) -> int:
    async with parts.database.connect() as db:
        found = await db.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
        return int(found.scalar_one())


@pytest.fixture
async def made(stage: Stage, parts: Parts, sign_in_as: SignInAs) -> tuple[Said, File]:
    await sign_in_as("wangfang")
    said = await ask(stage)
    return said, await file_of(parts, said)


async def test_the_certificate_is_offered_with_a_link_that_expires(
    made: tuple[Said, File], parts: Parts, clock: Clock
) -> None:
    said, file = made
    assert said.responses == ["utter_certificate"]
    assert "上海市" in said.text
    assert "100个月" in said.text
    card = said.card("certificate")
    assert re.fullmatch(r"WB20261124-[0-9A-Z]{8}", card["number"])
    assert (file.media_type, file.name) == ("application/pdf", f"参保缴费证明-{card['number']}.pdf")
    token = card["url"].removeprefix("/downloads/")
    clock.now += timedelta(minutes=15, seconds=1)
    async with parts.database.connect() as db:
        assert await downloads.open_file(db, parts.vault_key, token, clock()) is None


async def test_it_is_tagged_titled_and_carries_its_fonts(made: tuple[Said, File]) -> None:
    with pikepdf.open(io.BytesIO(made[1].content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "zh-CN"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "社会保险参保缴费证明"
            assert metadata["pdfuaid:part"] == "1"
        fonts = [
            font
            for page in pdf.pages
            for font in page.Resources.Font.as_dict().values()  # type: ignore[operator]
        ]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert any(name in descriptor for name in ("/FontFile3", "/FontFile2"))
        kinds = _kinds(pdf.Root.StructTreeRoot)
    assert {"/Table", "/TH", "/TD", "/H1", "/Figure"} <= kinds


def _kinds(node: object) -> set[str]:
    found: set[str] = set()
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, pikepdf.Array):
            stack += list(one)
        elif isinstance(one, pikepdf.Dictionary):
            if "/S" in one:
                found.add(str(one.S))
            if "/K" in one:
                stack.append(one.K)
    return found


async def test_the_validator_of_pyhanko_finds_the_signature_whole(
    made: tuple[Said, File], parts: Parts
) -> None:
    status = await asyncio.to_thread(validated, made[1].content, parts.signing_dir)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"


def validated(pdf: bytes, folder: Path):  # type: ignore[no-untyped-def]
    public = x509.load_pem_x509_certificate((folder / "certificates.crt.pem").read_bytes())
    trusted = Certificate.load(public.public_bytes(Encoding.DER))
    context = ValidationContext(trust_roots=[trusted], allow_fetching=False)
    reader = PdfFileReader(io.BytesIO(pdf))
    return validate_pdf_signature(reader.embedded_signatures[0], context)


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils is not installed")
async def test_poppler_and_qpdf_agree(made: tuple[Said, File], tmp_path: Path) -> None:
    file = tmp_path / "certificate.pdf"
    file.write_bytes(made[1].content)
    run = asyncio.to_thread(
        subprocess.run, ["pdfsig", str(file)], capture_output=True, text=True, check=False
    )
    told = (await run).stdout
    assert "Signature is Valid." in told
    assert "Total document signed" in told
    altered = file.read_bytes().replace(b"/Title", b"/Tifle", 1)
    file.write_bytes(altered)
    again = await asyncio.to_thread(
        subprocess.run, ["pdfsig", str(file)], capture_output=True, text=True, check=False
    )
    assert "Signature is Valid." not in again.stdout


async def test_what_is_kept_suffices_to_verify_and_shows_no_whole_name_or_number(
    made: tuple[Said, File], parts: Parts, sandbox: RunningRegistry
) -> None:
    said, file = made
    async with parts.database.connect() as db:
        issued = await certificates.by_code(
            db, parts.vault_key, parts.index_key, said.card("certificate")["verify"]
        )
        assert issued is not None
        assert issued.sha256 == hashlib.sha256(file.content).digest()
        assert await certificates.by_digest(db, parts.vault_key, issued.sha256) == issued
        assert await certificates.by_code(db, parts.vault_key, parts.index_key, "X" * 16) is None
    facts = dict(issued.facts)
    assert (facts["name"], facts["months"], facts["region"]) == ("*芳", "100", "上海市")
    assert facts["id_number"] == "3****************1"
    assert "王芳" not in str(facts)
    assert sandbox.number("wangfang") not in str(facts) + said.text


async def test_each_region_of_the_person_gives_one_and_another_insurance_can_be_asked_for(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    await sign_in_as("douyue")
    said = await ask(stage, entities={"insurance": "unemployment"})
    assert said.responses == ["utter_certificate"] * 3
    assert "失业保险" in said.text
    assert len({card["number"] for card in said.cards}) == 3
    one = await ask(stage, entities={"region": "440000"})
    assert one.responses == ["utter_certificate"]
    assert "广东省" in one.text


async def test_it_is_noted_in_the_audit_chain_by_reference(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    person = await sign_in_as("wangfang")
    await ask(stage)
    async with parts.database.connect() as db:
        entries = await audit.of_actor(db, CITIZENS, person.who)
        assert await audit.verify(db, parts.audit_key, CITIZENS) == []
    assert [one.act for one in entries][:2] == ["issue_certificate", "look_up"]
    assert person.id_number not in str(entries)


@pytest.mark.parametrize(
    ("sign_in", "response"),
    [
        (None, "utter_sign_in_first"),
        ({"level": "loa2"}, "utter_sign_in_higher"),
        ({"level": "loa3", "ago": 6 * 60}, "utter_sign_in_again"),
        ({"level": "loa3", "consent": False}, "utter_ask_consent"),
    ],
)
async def test_without_a_fresh_and_sure_sign_in_nothing_is_made_or_asked(
    stage: Stage,
    parts: Parts,
    sandbox: RunningRegistry,
    sign_in_as: SignInAs,
    sign_in: dict[str, object] | None,
    response: str,
) -> None:
    before = await rows(parts, "certificates")
    if sign_in is not None:
        await sign_in_as("wangfang", **sign_in)
    said = await ask(stage)
    assert said.responses == [response]
    assert sandbox.heard() == []
    assert await rows(parts, "certificates") == before
    assert await rows(parts, "downloads") == 0


async def test_after_the_step_up_the_certificate_comes_at_once(
    stage: Stage, sign_in_as: SignInAs
) -> None:
    await sign_in_as("wangfang", level="loa2")
    assert (await ask(stage)).slots["pending"] == "certificate"
    await sign_in_as("wangfang")
    said = await stage.play("action_signed_in", "signed_in")
    assert said.responses == ["utter_signed_in", "utter_certificate"]


async def test_after_every_interruption_it_is_for_the_region_that_was_asked_for(
    stage: Stage, parts: Parts, sign_in_as: SignInAs
) -> None:
    said = await ask(stage, entities={"region": "440000"})
    assert said.responses == ["utter_sign_in_first"]
    await sign_in_as("douyue", level="loa2", consent=False)
    said = await stage.play("action_signed_in", "signed_in")
    assert said.responses == ["utter_signed_in", "utter_sign_in_higher"]
    await sign_in_as("douyue", consent=False)
    asked = await stage.play("action_signed_in", "signed_in")
    assert asked.responses == ["utter_signed_in", "utter_ask_consent"]
    await keep_shown(parts, stage, asked)
    said = await stage.play("action_agree_to_look_ups", "agree_to_look_ups")
    assert said.responses == ["utter_certificate"]
    assert "广东省" in said.text
    assert not stage.slots["pending"]


async def test_a_word_about_the_insurance_in_between_keeps_the_region(
    stage: Stage, sign_in_as: SignInAs
) -> None:
    await sign_in_as("douyue", level="loa2")
    await ask(stage, entities={"region": "440000"})
    await sign_in_as("douyue")
    said = await stage.play("action_continue", "inform", entities={"insurance": "unemployment"})
    assert said.responses == ["utter_certificate"]
    assert "广东省" in said.text
    assert "失业保险" in said.text


async def test_who_asks_anew_and_names_no_region_gets_all_of_them(
    stage: Stage, sign_in_as: SignInAs
) -> None:
    await sign_in_as("douyue", level="loa2")
    await ask(stage, entities={"region": "440000"})
    await sign_in_as("douyue")
    assert (await ask(stage)).responses == ["utter_certificate"] * 3


async def test_a_person_without_months_gets_none_and_one_nobody_knows_hears_so(
    stage: Stage, sign_in_as: SignInAs, sandbox: RunningRegistry
) -> None:
    await sign_in_as("hanmei")
    assert (await ask(stage)).responses == ["utter_certificate_nothing"]


async def test_a_region_that_is_silent_is_named(
    stage: Stage, sign_in_as: SignInAs, sandbox: RunningRegistry
) -> None:
    await sign_in_as("douyue")
    sandbox.order("510000", "broken")
    said = await ask(stage)
    assert said.responses == ["utter_certificate"] * 2 + ["utter_contributions_silent"]
    assert "四川" in said.text


async def test_a_link_belongs_to_no_other_row(
    made: tuple[Said, File], parts: Parts, stage: Stage
) -> None:
    async with parts.database.begin() as db:
        await db.execute(text("UPDATE downloads SET id = gen_random_uuid()"))
    token = made[0].card("certificate")["url"].removeprefix("/downloads/")
    async with parts.database.connect() as db:
        with pytest.raises(Exception, match="downloads"):
            await downloads.open_file(db, parts.vault_key, token, parts.now())
    assert UUID(stage.conversation)
