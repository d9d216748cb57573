"""The ways in which an emulator fails on request, the same for all of them."""

from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["timeout_after_commit", "reset", "status", "slow", "wrong_body"]
EFFECT_BY_KIND: dict[Kind, bool] = {
    "timeout_after_commit": True,
    "reset": False,
    "status": False,
    "slow": True,
    "wrong_body": True,
}
WRONG_BODY = b"<!doctype html><title>Scheduled maintenance</title><h1>We will be right back.</h1>\n"


class Fault(BaseModel):
    """One way to fail.

    kind      timeout_after_commit: the effect is stored; after `seconds` the connection closes without an answer
              reset: the connection is torn down (TCP RST) and nothing is stored
              status: `status` with `retry_after` seconds in Retry-After is answered and nothing is stored
              slow: the answer comes `seconds` late
              wrong_body: the effect is stored, and the answer is 200 with a page of HTML
    effect    for status and wrong_body: whether the change is stored nevertheless
    times     requests it strikes before it is used up; null: until faults are removed
    match     "METHOD /path" with * as wildcard; the query string does not count
    rate      share of the matching requests it strikes
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: Kind
    status: Annotated[int, Field(ge=400, le=599)] = 503
    retry_after: Annotated[int, Field(ge=0)] | None = None
    times: Annotated[int, Field(ge=1, le=2**62)] | None = None
    match: str = "* /*"
    rate: Annotated[float, Field(gt=0, le=1)] = 1.0
    seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    effect: bool | None = None

    @model_validator(mode="after")
    def sensible(self) -> Self:
        if self.effect is not None and self.kind not in ("status", "wrong_body"):
            raise ValueError("effect can be chosen for status and wrong_body only")
        if self.kind == "slow" and not self.seconds:
            raise ValueError("slow needs seconds")
        method, _, path = self.match.partition(" ")
        if not method or not path.startswith(("/", "*")):
            raise ValueError("match is written like POST /v2/interaction or * /v2/*")
        return self

    @property
    def has_effect(self) -> bool:
        return EFFECT_BY_KIND[self.kind] if self.effect is None else self.effect

    def strikes(self, method: str, path: str, *, chance: float) -> bool:
        """Whether it hits this request; `chance` is a random number from 0 up to 1."""
        return fnmatchcase(f"{method} {path}", self.match) and chance < self.rate
