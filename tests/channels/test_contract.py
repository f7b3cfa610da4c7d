"""The API as its OpenAPI document says: whatever is sent, no 5xx and no other shape."""

from __future__ import annotations

import uuid

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conftest import Gateway

# A real conversation gets through the token check, so that what is behind it is tried, too.
EXAMPLES = 200


async def test_the_document_names_every_call(gateway: Gateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    talk = "/api/chat/conversations/{conversation}"
    assert {
        (method, path)
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/api/chat/")
    } >= {
        ("post", "/api/chat/conversations"),
        ("post", talk + "/messages"),
        ("get", talk + "/events"),
        ("post", talk + "/events/{seq}/feedback"),
        ("delete", talk),
    }
    problem = document["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"error", "message"}


@pytest.mark.timeout(300)
async def test_no_input_breaks_a_call(gateway: Gateway) -> None:
    import asyncio

    talk = await gateway.talk()
    document = (await gateway.http.get("/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=gateway.url)
    tried = await asyncio.to_thread(_try_all, schema, talk.id, talk.token)
    assert tried >= 5 * EXAMPLES


def _try_all(schema: schemathesis.BaseSchema, conversation: str, token: str) -> int:
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.startswith("/api/chat/") or "sign-in" in operation.path:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), data=st.booleans())
        def run(case: schemathesis.Case, data: bool) -> None:
            nonlocal tried
            tried += 1
            if "conversation" in case.path_parameters and case.method != "DELETE":
                case.path_parameters["conversation"] = conversation
            if case.query and "wait" in case.query:
                case.query["wait"] = 0
            if data and isinstance(case.body, dict) and "client_id" in case.body:
                case.body["client_id"] = str(uuid.uuid4())
            response = case.call(headers={"Authorization": f"Bearer {token}"}, timeout=10)
            if response.status_code == 503 and response.json()["error"] == "sms_away":
                return  # this gateway has no provider of short messages, and says so
            assert response.status_code < 500, response.text
            case.validate_response(
                response,
                checks=[
                    schemathesis.checks.not_a_server_error,
                    schemathesis.specs.openapi.checks.status_code_conformance,
                    schemathesis.specs.openapi.checks.content_type_conformance,
                    schemathesis.specs.openapi.checks.response_schema_conformance,
                ],
            )

        run()
    return tried
