"""action_get_certificate: a signed contribution certificate of each region of the person."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from actions.certificates import document
from actions.certificates.document import Certified, Line
from actions.knowledge.answers import Knowledge
from actions.record.asking import Service, ask, begin, silent_regions, transaction
from actions.registries.entries import Certificate
from actions.signing.keys import CERTIFICATES, key_pair
from actions.signing.pdf import signed
from actions.talk.guarded import CitizenAction
from actions.talk.parts import CHINA, Parts
from actions.talk.reply import Reply
from actions.talk.turn import Turn
from records import audit, certificates
from records.audit import CITIZENS, Act
from records.certificates import Issued
from records.files import downloads
from records.files.downloads import File, Offered
from records.identities import Identity
from records.own import assurance
from records.privacy.display import masked_name
from records.vault import reference

SERVICE = Service("certificate", assurance.TAKE_AWAY)
USUAL_INSURANCE = "pension"


@dataclass(frozen=True)
class Made:
    """A certificate and its signed file."""

    certified: Certified
    region: str
    valid_until: datetime
    file: File


class GetCertificate(CitizenAction):
    """Makes the certificate, or says what is missing for it."""

    action = "action_get_certificate"
    sorry = "utter_lookup_failed"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def answer(self, turn: Turn) -> list[Reply]:
        """One reply with a link for each region."""
        return await _certificates(self._parts, turn, turn.entities.get("region"))


async def go_on_with_certificate(parts: Parts, turn: Turn) -> list[Reply]:
    """For the region that was asked for before a sign-in or a consent; else for all of them."""
    return await _certificates(parts, turn, (turn.pending or "").partition("/")[2])


async def _certificates(parts: Parts, turn: Turn, region: str | None) -> list[Reply]:
    """Ask the registries, set and sign, keep, offer."""
    wanted = turn.known("insurance")
    waits = {"pending": f"{SERVICE.name}/{region}"} if region else {}
    asking = await begin(parts, turn, SERVICE, insurance=wanted, **waits)
    knowledge, subject = asking.knowledge, asking.subject
    insurance = wanted if wanted in knowledge.phrases.words["insurances"] else USUAL_INSURANCE
    question = parts.registries.certificates(subject.id_number, str(insurance), asking.regions)
    told = await ask(asking, {SERVICE.name: question})
    known: Sequence[Certificate] = [one for one in told.entries(SERVICE.name) if one.months]
    named = knowledge.region(region)
    if named is not None and named.code in asking.regions:
        known = [one for one in known if one.region == named.code]
    made = [await _made(parts, knowledge, one) for one in known]
    replies = [_reply(one, await _kept(parts, subject.asker, one)) for one in made]
    if not made:
        replies = [Reply("utter_certificate_nothing", {}, None, {"pending": None})]
    return [*replies, *silent_regions(told, knowledge)]


async def _made(parts: Parts, knowledge: Knowledge, told: Certificate) -> Made:
    now, phrases = parts.now(), knowledge.phrases
    certified = Certified(
        number=f"WB{parts.today():%Y%m%d}-{certificates.new_code()[:9].replace('-', '')}",
        code=certificates.new_code(),
        name=told.name,
        id_number=told.masked_id_number,
        insurance=phrases.word("insurances", told.insurance),
        region=knowledge.regions[told.region].name,
        office=told.office,
        months=told.months,
        deemed_months=told.deemed_months,
        periods=tuple(Line(one.employer, one.first, one.last, one.months) for one in told.periods),
        issued_at=now,
        issued=phrases.day(parts.today()),
        valid_until=phrases.day(told.valid_until),
    )
    plain = await asyncio.to_thread(document.typeset, certified, parts.public_url)
    owner = str(document.words()["owner"])
    pair = await asyncio.to_thread(key_pair, parts.signing_dir, CERTIFICATES, owner)
    content = await signed(plain, pair)
    end = datetime.combine(told.valid_until + timedelta(days=1), time(), CHINA)
    return Made(
        certified,
        told.region,
        end,
        File(document.filename(certified), "application/pdf", content),
    )


async def _kept(parts: Parts, citizen: Identity, made: Made) -> Offered:
    """All of it or nothing: what is known for verification, the file, the audit rows."""
    now, who = parts.now(), reference(parts.index_key, citizen.citizen)
    digest = hashlib.sha256(made.file.content).digest()
    certified = made.certified
    issued = Issued(certified.number, _facts(certified), digest, now, made.valid_until, None)
    act = Act(who, "issue_certificate", certified.number, {"region": made.region})
    async with transaction(parts) as db:
        await certificates.keep(db, parts.vault_key, parts.index_key, who, certified.code, issued)
        offered = await downloads.offer(db, parts.vault_key, citizen.conversation, made.file, now)
        await audit.append(db, parts.audit_key, CITIZENS, act, now)
    return offered


def _facts(certified: Certified) -> dict[str, str]:
    """What anybody with the code may see."""
    facts = {
        "number": certified.number,
        "name": masked_name(certified.name),
        "id_number": certified.id_number,
        "insurance": certified.insurance,
        "region": certified.region,
        "office": certified.office,
        "months": str(certified.months),
        "issued": certified.issued,
        "valid_until": certified.valid_until,
    }
    if certified.periods:
        facts["from"] = min(one.first for one in certified.periods)
        facts["to"] = max(one.last for one in certified.periods)
    return facts


def _reply(made: Made, offered: Offered) -> Reply:
    certified = made.certified
    minutes = int(downloads.LIFE.total_seconds() // 60)
    values = {
        "region": certified.region,
        "insurance_name": certified.insurance,
        "months": str(certified.months),
        "code": certified.code,
        "minutes": str(minutes),
    }
    card = {
        "type": "certificate",
        "title": str(document.words()["title"]),
        "number": certified.number,
        "url": f"/downloads/{offered.token}",
        "expires_at": offered.expires_at.isoformat(),
        "verify": certified.code,
    }
    return Reply("utter_certificate", values, card, {"pending": None})
