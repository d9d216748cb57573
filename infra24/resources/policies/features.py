"""What somebody wants a resource to have: the grammar of `feature=` in lists and in search.

A wish is the key of a feature, and for most a sign and a value:

    projector               has one: a flag that is set, or any value at all
    projector=no            a flag that is not set, or nothing said of it
    max_temperature>=1200   a number of at least as much; `<=` at most, `=` exactly
    floor=2                 a choice or a text, letters large or small

Several wishes are all to be met. A resource of which nothing is said does not
have it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from infra24.core.errors import Reason
from infra24.core.wording import Sentence, said
from infra24.resources.policies.bookable import Bookable

LONGEST_WISH = 200
_SHAPE = re.compile(r"\s*([-\w]{1,40})\s*(?:(>=|<=|=)\s*(.*?)\s*)?", re.ASCII | re.DOTALL)
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


@dataclass(frozen=True)
class FeatureWish:
    """One thing a resource should have: the key of a feature, how to compare, and with what."""

    key: str
    sign: Literal["", "=", ">=", "<="] = ""
    """Empty: it is enough to have it."""
    value: str = ""

    def __str__(self) -> str:
        return f"{self.key}{self.sign}{self.value}"

    def fits(self, value: Any) -> bool:
        """Whether what a resource says of the feature meets the wish; None: it says nothing."""
        if isinstance(value, bool) or (value is None and self.sign == "=" and self.value.casefold() in _NO):
            return self.sign in {"", "="} and bool(value) == (self.value.casefold() not in _NO)
        if value is None or value == "":
            return False
        if not self.sign:
            return True
        wanted = number_of(self.value)
        if isinstance(value, int | float) and wanted is not None:
            return {"=": value == wanted, ">=": value >= wanted, "<=": value <= wanted}[self.sign]
        return self.sign == "=" and str(value).casefold() == self.value.casefold()

    def fault(self, *, type: str, choices: Sequence[str] = ()) -> Sentence | None:  # noqa: A002 - as Feature has it
        """What is wrong with asking this of a feature of that type; None: nothing."""
        if not self.sign:
            return None
        if type == "number":
            return None if number_of(self.value) is not None else said("%(key)s is a number.", key=self.key)
        if self.sign != "=":
            return said("%(key)s is not a number. Write %(key)s=…", key=self.key)
        if type == "flag" and self.value.casefold() not in (*_YES, *_NO):
            return said("%(key)s is there or not. Write %(key)s, or %(key)s=no.", key=self.key)
        if type == "choice" and self.value.casefold() not in [str(choice).casefold() for choice in choices]:
            known = ", ".join(map(str, choices))
            return said("There is no such choice of %(key)s. There are: %(choices)s.", key=self.key, choices=known)
        return None


def feature_reason(resource: Bookable, wish: FeatureWish, value: Any, *, name: str, unit: str = "") -> Reason | None:
    """Why a resource with that value of the feature does not meet the wish; None when it does.

    `name` and `unit` are those of the feature.
    """
    if wish.fits(value):
        return None
    if value is None or value == "" or value is False:
        detail = said("%(resource)s has no “%(feature)s”.", resource=resource.name, feature=name)
    elif value is True:
        detail = said("%(resource)s has “%(feature)s”.", resource=resource.name, feature=name)
    else:
        measured = f"{value} {unit}".strip()
        detail = said(
            "Of %(resource)s, “%(feature)s” is %(value)s.", resource=resource.name, feature=name, value=measured
        )
    source = {"feature": wish.key, "wanted": str(wish), "value": value}
    return Reason("feature_missing", detail, str(resource.id), source, said("Choose another, or do without it."))


def parse_wish(text: str) -> FeatureWish:
    """A wish from its text, as above.

    Raises ValueError with a sentence.
    """
    found = _SHAPE.fullmatch(text)
    if not found or len(text) > LONGEST_WISH or (found[2] and not found[3]):
        raise ValueError(said("Write projector, floor=2, max_temperature>=1200 or max_temperature<=1300."))
    return FeatureWish(found[1], found[2] or "", found[3] or "")  # type: ignore[arg-type]  # as the pattern says


def number_of(text: str) -> float | None:
    """The number that is written there; None when it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
