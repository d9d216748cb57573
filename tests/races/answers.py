"""What rivals are told: whether it says why, and whether it is true."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

WORDLESS = {
    "illegal_step",
    "hold_expired",
    "already_begun",
    "rivalry",
    "stale",
    "nothing_offered",
    "offer_ran_out",
    "bulk_refused",
}
"""Refusals that need no list of reasons: about the booking's own state, or the moment; of many, each says its own."""


@dataclass(frozen=True)
class Answer:
    """What one of them was told."""

    status: int
    kind: str = ""
    body: Any = None

    @property
    def code(self) -> str:
        """The code of a refusal."""
        return str(self.body["code"])

    @property
    def reasons(self) -> set[str]:
        return {reason["code"] for reason in self.body["reasons"]}


def says_why(answer: Answer) -> None:
    """A refusal is a problem document with a code and, where time was refused, all that stands against it."""
    assert answer.kind == "application/problem+json", answer
    assert answer.body["status"] == answer.status
    assert answer.code
    assert answer.body["detail"]
    if answer.status == 409 and answer.code not in WORDLESS and "hits" not in answer.body:
        assert answer.body["reasons"], answer
        assert all(reason["code"] and reason["detail"] for reason in answer.body["reasons"]), answer
    if answer.code == "bulk_refused":
        failed = [item for item in answer.body["items"] if item["outcome"] != "ok"]
        assert failed, answer
        assert all(item["code"] and item["detail"] for item in failed), answer


def told_of(answer: Answer) -> list[dict[str, Any]]:
    """What an answer says of bookings: of one, of every booked date of a series, or of many that were changed."""
    body = answer.body
    if "dates" in body:
        booked = (date for date in body["dates"] if date["booking_id"])
        return [{"id": date["booking_id"], "status": date["state"], "starts_at": date["starts_at"]} for date in booked]
    if "items" in body:
        done = (item for item in body["items"] if item["outcome"] == "ok")
        return [{"id": item["id"], "version": item["version"], **item["after"]} for item in done]
    return [body] if "legs" in body else []


def is_there(told: dict[str, Any], bookings: dict[str, dict[str, Any]]) -> None:
    """Whoever was told that it is booked finds it; a later version may be another's doing."""
    found = bookings[told["id"]]
    version = told.get("version", 1)
    assert found["version"] >= version
    if found["version"] == version:
        assert (found["status"], found["starts_at"]) == (
            told["status"],
            datetime.fromisoformat(told["starts_at"]),
        )
