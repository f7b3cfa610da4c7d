"""The sandbox against docs/registry-api.yaml: every answer about everybody, and odd requests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import openapi_spec_validator
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi import checks as answers

from tests.sandbox.running import REGIONS, TOKEN, RunningRegistry

CONTRACT = Path(__file__).resolve().parents[2] / "docs/registry-api.yaml"
DOCUMENT: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
EXAMPLES = 30
SUBJECTS = [path.removeprefix("/persons/{person}/") for path in DOCUMENT["paths"] if "{" in path]
INSURANCES = DOCUMENT["components"]["schemas"]["Insurance"]["enum"]


def test_the_contract_is_openapi() -> None:
    openapi_spec_validator.validate(DOCUMENT)
    assert DOCUMENT["openapi"].startswith("3.1")


def test_no_address_has_a_place_for_an_id_number() -> None:
    for path, calls in DOCUMENT["paths"].items():
        shared = calls.get("parameters", [])
        for call in calls.values():
            own = call.get("parameters", []) if isinstance(call, dict) else []
            names = {one.get("name", one.get("$ref", "")) for one in [*shared, *own]}
            assert not [name for name in (*names, path) if "id_number" in name]


@cache
def validator(reference: str) -> Draft202012Validator:
    """Checks a body strictly: a field that the contract does not name is wrong here."""
    return Draft202012Validator(
        _resolved({"$ref": reference}), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _resolved(part: Any) -> Any:
    """The schema with what its references mean in their place: that is checked much faster."""
    if isinstance(part, list):
        return [_resolved(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _resolved(DOCUMENT["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]])
    strict = {"additionalProperties": False} if part.get("type") == "object" else {}
    return {**{name: _resolved(value) for name, value in part.items()}, **strict}


def schema_of(path: str, method: str, status: str) -> str:
    """Where the document describes this answer."""
    answer = DOCUMENT["paths"][path][method]["responses"][status]
    (media,) = answer["content"].values()
    return str(media["schema"]["$ref"])


def addresses(subject: str) -> Iterator[str]:
    """Every address of a subject, with its filters."""
    if "{insurance}" in subject:
        yield from (subject.replace("{insurance}", one) for one in INSURANCES)
        return
    yield subject
    if subject == "contributions":
        yield f"{subject}?insurance=pension&from=2019-01&to=2024-12"
    if subject == "accounts":
        yield f"{subject}?on=2020-12-31"


@pytest.mark.parametrize("region", REGIONS)
def test_every_answer_about_everybody_is_as_described(
    caller: httpx.Client, registry: RunningRegistry, region: str
) -> None:
    checked = 0
    for citizen in registry.people.values():
        found = caller.post(f"/{region}/person-lookups", json={"id_number": citizen.id_number})
        status = "200" if region in citizen.records else "404"
        assert str(found.status_code) == status
        validator(schema_of("/person-lookups", "post", status)).validate(found.json())
        if status == "404":
            assert found.headers["content-type"] == "application/problem+json"
            continue
        person = f"/{region}/persons/{found.json()['person']}"
        for subject in SUBJECTS:
            check = validator(schema_of("/persons/{person}/" + subject, "get", "200"))
            for address in addresses(subject):
                answer = caller.get(f"{person}/{address}")
                assert answer.status_code == 200, answer.text
                check.validate(answer.json())
                assert citizen.id_number not in answer.text
                checked += 1
    assert checked > 150


def test_every_subject_has_something_to_show(
    caller: httpx.Client, registry: RunningRegistry
) -> None:
    shown: set[str] = set()
    for citizen in registry.people.values():
        for region in citizen.records:
            found = caller.post(f"/{region}/person-lookups", json={"id_number": citizen.id_number})
            for subject in set(SUBJECTS) - {"certificates/{insurance}"} - shown:
                path = f"/{region}/persons/{found.json()['person']}/{subject}"
                if any(caller.get(path).json().values()):
                    shown.add(subject)
    assert shown == set(SUBJECTS) - {"certificates/{insurance}"}


CHECKS = [
    schemathesis.checks.not_a_server_error,
    answers.status_code_conformance,
    answers.content_type_conformance,
    answers.response_headers_conformance,
    answers.response_schema_conformance,
]


@pytest.mark.parametrize(
    "method_and_path",
    [
        (method, path)
        for path, calls in DOCUMENT["paths"].items()
        for method in calls
        if method in ("get", "post")
    ],
    ids=lambda one: one[1],
)
def test_no_request_gets_an_answer_that_is_not_described(
    registry: RunningRegistry, method_and_path: tuple[str, str]
) -> None:
    method, path = method_and_path
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.config.update(base_url=f"{registry.url}/310000")
    found = registry.http.post(
        "/310000/person-lookups",
        json={"id_number": registry.number("zhangguoqing")},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    tried = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method.upper()].as_strategy())
    def run(case: Any) -> None:
        nonlocal tried
        tried += 1
        if tried % 2 and "person" in case.path_parameters:
            case.path_parameters["person"] = found.json()["person"]
        answer = case.call(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
        case.validate_response(answer, checks=CHECKS)

    run()
    assert tried >= EXAMPLES / 2
