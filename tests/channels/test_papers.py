"""Downloads behind links, and the public check of certificates, through the gateway."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from actions.certificates.document import Certified, Line, typeset
from actions.signing.keys import CERTIFICATES, key_pair
from actions.signing.pdf import signed
from channels.papers.signature import Signature, looked_at
from records import certificates
from records.certificates import Issued, new_code
from records.files import downloads
from records.files.downloads import File
from tests.conftest import Gateway, OpenGateway

HTML = {"Accept": "text/html"}
FACTS = {"number": "WB20261125-0000ABCD", "name": "*芳", "region": "上海市", "months": "100"}


@dataclass(frozen=True)
class True_:
    """A certificate that we issued."""

    code: str
    pdf: bytes
    issued: Issued


@pytest.fixture(scope="session")
def signing_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signing")


@pytest.fixture(scope="session")
def pdf(signing_dir: Path) -> bytes:
    now = datetime.now(UTC)
    certified = Certified(
        *("WB20261125-0000ABCD", "0123-4567-89AB-CDEF", "王芳", "3****************1"),
        *("职工养老保险", "上海市", "上海示例中心", 100, 0),
        periods=(Line("上海示例机械有限公司", "2018-07", "2026-10", 100),),
        issued_at=now,
        issued="2026年11月25日",
        valid_until="2027年2月23日",
    )
    pair = key_pair(signing_dir, CERTIFICATES, "tests")
    return asyncio.run(signed(typeset(certified, "https://wenbao.example"), pair))


@pytest.fixture
async def desk(open_gateway: OpenGateway, signing_dir: Path) -> AsyncIterator[Gateway]:
    async with open_gateway(signing_dir=signing_dir) as running:
        yield running


@pytest.fixture
async def genuine(desk: Gateway, pdf: bytes) -> True_:
    return await keep(desk, pdf)


async def keep(desk: Gateway, pdf: bytes, **changed: object) -> True_:
    now, code = datetime.now(UTC), new_code()
    digest = hashlib.sha256(pdf).digest()
    issued = Issued("WB20261125-0000ABCD", FACTS, digest, now, now + timedelta(days=90), None)
    issued = replace(issued, **changed)  # type: ignore[arg-type]
    settings = desk.settings
    async with desk.database() as db:
        await certificates.keep(
            db, settings.key, settings.index_hash_key, "citizen:x", code, issued
        )
    return True_(code, pdf, issued)


async def upload(desk: Gateway, content: bytes, **form: str) -> httpx.Response:
    return await desk.http.post("/verify", files={"file": ("c.pdf", content)}, data=form)


async def test_the_code_shows_what_was_issued(desk: Gateway, genuine: True_) -> None:
    for written in (genuine.code, genuine.code.lower().replace("-", " "), genuine.code + "\u3000"):
        told = await desk.http.get(f"/verify/{written}")
        assert told.status_code == 200
        assert told.json() == {"verdict": "genuine", "checked": "code", "certificate": FACTS}


async def test_the_digest_tells_the_true_file_from_another(desk: Gateway, genuine: True_) -> None:
    good, bad = genuine.issued.sha256.hex(), "0" * 64
    one = await desk.http.get(f"/verify/{genuine.code}", params={"sha256": good})
    other = await desk.http.get(f"/verify/{genuine.code}", params={"sha256": bad})
    assert (one.json()["verdict"], other.json()["verdict"]) == ("genuine", "altered")
    assert other.json()["certificate"] == {}
    wrong = await desk.http.get(f"/verify/{genuine.code}", params={"sha256": "x"})
    assert wrong.status_code == 422


async def test_the_file_itself_is_recognised(desk: Gateway, genuine: True_) -> None:
    told = (await upload(desk, genuine.pdf)).json()
    assert (told["verdict"], told["checked"], told["certificate"]) == ("genuine", "file", FACTS)


async def test_every_single_changed_byte_shows(desk: Gateway, genuine: True_) -> None:
    step = len(genuine.pdf) // 40
    for place in range(7, len(genuine.pdf), step):
        changed = bytearray(genuine.pdf)
        changed[place] ^= 0x01
        with_code = (await upload(desk, bytes(changed), code=genuine.code)).json()
        assert (with_code["verdict"], with_code["certificate"]) == ("altered", {})


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda pdf: pdf.replace(b"/Title", b"/Tifle", 1), "altered"),
        (lambda pdf: pdf[: len(pdf) // 3] + b"\0" + pdf[len(pdf) // 3 + 1 :], "altered"),
        (lambda pdf: pdf + b"\n%%EOF added\n", "altered"),
        (lambda pdf: b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "unknown"),
        (lambda pdf: b"no pdf at all", "unknown"),
    ],
)
async def test_without_a_code_the_signature_tells_altered_from_unknown(
    desk: Gateway, genuine: True_, change: object, verdict: str
) -> None:
    content = change(genuine.pdf)  # type: ignore[operator]
    assert (await upload(desk, content)).json()["verdict"] == verdict


async def test_a_certificate_of_somebody_elses_key_is_unknown(
    desk: Gateway, genuine: True_, tmp_path: Path
) -> None:
    theirs = key_pair(tmp_path, CERTIFICATES, "tests")
    plain = typeset(
        Certified("N", "C", "x", "y", "z", "r", "o", 1, 0, (), datetime.now(UTC), "i", "v"),
        "https://wenbao.example",
    )
    content = await signed(plain, theirs)
    assert (await upload(desk, content)).json()["verdict"] == "unknown"
    assert looked_at(genuine.pdf, tmp_path) is Signature.NONE


def test_our_signature_is_known_without_any_record(pdf: bytes, signing_dir: Path) -> None:
    assert looked_at(pdf, signing_dir) is Signature.OURS
    assert looked_at(pdf, signing_dir / "none") is Signature.NONE


async def test_expired_and_revoked_ones_are_said_to_be_so(desk: Gateway, pdf: bytes) -> None:
    old = await keep(
        desk,
        pdf,
        number="A",
        valid_until=datetime.now(UTC) - timedelta(seconds=1),
        sha256=b"1" * 32,
    )
    assert (await desk.http.get(f"/verify/{old.code}")).json()["verdict"] == "expired"
    gone = await keep(desk, pdf, number="B", sha256=b"2" * 32)
    async with desk.database() as db:
        await db.execute(text("UPDATE certificates SET revoked_at = now() WHERE number = 'B'"))
    assert (await desk.http.get(f"/verify/{gone.code}")).json()["verdict"] == "revoked"


@pytest.mark.parametrize("code", ["0123456789ABCDEF", "x", "%00", "..", "Ü" * 16, "1" * 64])
async def test_a_code_that_is_none_is_unknown(desk: Gateway, genuine: True_, code: str) -> None:
    told = await desk.http.get(f"/verify/{code}")
    assert told.status_code in (200, 404)
    assert told.status_code == 404 or told.json()["verdict"] == "unknown"


async def test_the_page_works_without_a_script(desk: Gateway, genuine: True_) -> None:
    asked = await desk.http.get("/verify", headers=HTML)
    assert asked.status_code == 200
    assert "<script" not in asked.text
    assert '<html lang="zh-CN">' in asked.text
    led = await desk.http.get("/verify", params={"code": genuine.code}, headers=HTML)
    assert led.headers["location"] == "/verify/" + genuine.code.replace("-", "")
    shown = await desk.http.get(led.headers["location"], headers=HTML)
    assert 'data-verdict="genuine"' in shown.text
    assert "上海市" in shown.text
    files = {"file": ("c.pdf", genuine.pdf.replace(b"/Title", b"/Tifle", 1))}
    altered = await desk.http.post("/verify", files=files, headers=HTML)
    assert 'data-verdict="altered"' in altered.text
    for page in (asked, shown, altered):
        assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_an_oversized_file_is_refused_and_guessing_is_slowed(
    open_gateway: OpenGateway, signing_dir: Path
) -> None:
    async with open_gateway(signing_dir=signing_dir, address_paper_pages_per_minute=5) as desk:
        assert (await upload(desk, b"x" * (1024 * 1024 + 1))).status_code == 422
        assert (await upload(desk, b"x" * (2 * 1024 * 1024))).status_code == 413
        told = [await desk.http.get(f"/verify/{new_code()}") for _ in range(8)]
        assert {one.status_code for one in told[-3:]} == {429}


async def offer(desk: Gateway, **file: object) -> str:
    talk = await desk.talk()
    wanted = File('证明 "a".pdf', "application/pdf", b"content")
    async with desk.database() as db:
        offered = await downloads.offer(
            db, desk.settings.key, UUID(talk.id), wanted, datetime.now(UTC)
        )
    return offered.token


async def test_a_link_gives_its_file_until_it_expires(desk: Gateway) -> None:
    token = await offer(desk)
    got = await desk.http.get(f"/downloads/{token}")
    assert (got.status_code, got.content) == (200, b"content")
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert '"' not in got.headers["content-disposition"]
    assert got.headers["cache-control"] == "no-store"
    async with desk.database() as db:
        await db.execute(text("UPDATE downloads SET expires_at = now()"))
    gone = await desk.http.get(f"/downloads/{token}")
    assert gone.status_code == 410
    assert "download_gone" in gone.text


@pytest.mark.parametrize("token", ["a" * 43, "short", "%2e%2e", "a" * 200])
async def test_a_link_that_is_none_gives_nothing(desk: Gateway, token: str) -> None:
    assert (await desk.http.get(f"/downloads/{token}")).status_code in (404, 410)
