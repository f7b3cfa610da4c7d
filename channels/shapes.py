"""The shapes that the public chat API takes and gives; OpenAPI is made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

LONGEST_PAYLOAD = 500
LONGEST_COMMENT = 500
MOST_FIELDS = 20
_LOCALE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"


class _Taken(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewConversation(_Taken):
    """Where the citizen is, and in which language."""

    site: str = Field(min_length=1, max_length=64)
    locale: str = Field("zh-CN", pattern=_LOCALE)
    region: str | None = Field(
        None, max_length=32, description="GB/T 2260 code, or the region's full or short name"
    )


class OpenedConversation(BaseModel):
    """The conversation, and the one token that opens it."""

    conversation: UUID
    token: str


class NewMessage(_Taken):
    """Words of the citizen, or a choice that was offered: one of both."""

    client_id: UUID
    text: str | None = Field(None, description="1 to 500 characters")
    choice: str | None = Field(None, max_length=LONGEST_PAYLOAD)
    fields: dict[str, str] | None = Field(
        None, max_length=MOST_FIELDS, description="What was filled into the form of that choice"
    )

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": ["text"]}, {"required": ["choice"]}]},
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> NewMessage:
        if (self.text is None) == (self.choice is None):
            raise ValueError("text or choice, one of both")
        if self.fields is not None and self.choice is None:
            raise ValueError("fields belong to a choice")
        return self


class SentMessage(BaseModel):
    """The number of the event that shows the message."""

    seq: int


class ShownEvent(BaseModel):
    """One line of the conversation. `text` alone always suffices to understand."""

    seq: int
    at: datetime
    sender: Literal["citizen", "bot", "agent", "system"] = Field(alias="from")
    text: str
    card: dict[str, Any] | None = None


class Feedback(_Taken):
    """Whether an answer helped."""

    helpful: StrictBool
    comment: str | None = Field(None, max_length=LONGEST_COMMENT)


class Problem(BaseModel):
    """Why a request was not served: a code for programs, a sentence for people."""

    error: str
    message: str


_WAIT = {"description": "After how many seconds to try again", "schema": {"type": "integer"}}
RETRY_AFTER: dict[str, dict[str, Any]] = {"Retry-After": _WAIT}
_WHEN: dict[int, dict[str, Any]] = {
    429: {"description": "More than the agreed number in a minute", "headers": RETRY_AFTER},
    503: {
        "description": "Not now; without `Retry-After` nobody knows how long",
        "headers": RETRY_AFTER,
    },
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, **_WHEN.get(status, {})}
    for status in (400, 401, 403, 404, 413, 422, 429, 500, 503)
}
# For calls that carry a body.
SLOW: dict[int | str, dict[str, Any]] = {
    408: {"model": Problem, "description": "The body did not come in time"}
}
