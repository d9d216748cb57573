"""What somebody wants a resource to have, by table."""

from typing import Any

import pytest

from infra24.resources.policies import FeatureWish, parse_wish


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("projector", FeatureWish("projector")),
        (" projector ", FeatureWish("projector")),
        ("floor=2", FeatureWish("floor", "=", "2")),
        ("max_temperature >= 1200", FeatureWish("max_temperature", ">=", "1200")),
        ("length<=2.5", FeatureWish("length", "<=", "2.5")),
        ("wall=brick = painted", FeatureWish("wall", "=", "brick = painted")),
    ],
)
def test_a_wish_is_a_key_and_perhaps_a_sign_and_a_value(text: str, wish: FeatureWish) -> None:
    assert parse_wish(text) == wish


@pytest.mark.parametrize("text", ["", "=2", "floor=", "floor>=", "floor>2", "floor<2", "two words", "é", "x" * 41])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Write projector"):
        parse_wish(text)


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        ("projector", True, True),
        ("projector", False, False),
        ("projector", None, False),
        ("projector", "", False),
        ("projector", "ceiling", True),
        ("projector", 0, True),
        ("projector=yes", True, True),
        ("projector=no", True, False),
        ("projector=no", False, True),
        ("projector=no", None, True),
        ("projector=yes", None, False),
        ("projector>=1", True, False),
        ("heat>=1200", 1200, True),
        ("heat>=1200", 1199.5, False),
        ("heat<=1200", 1200, True),
        ("heat<=1200", 1201, False),
        ("heat=1200", 1200.0, True),
        ("heat=1200", 1201, False),
        ("heat=hot", 1200, False),
        ("heat>=1200", None, False),
        ("heat>=1200", "1300", False),
        ("floor=2", "2", True),
        ("floor=Ground", "ground", True),
        ("floor=2", "3", False),
    ],
)
def test_a_wish_is_met_or_not(text: str, value: Any, fits: bool) -> None:
    assert parse_wish(text).fits(value) is fits


@pytest.mark.parametrize(
    ("text", "type_", "fault"),
    [
        ("heat", "number", None),
        ("heat>=1200", "number", None),
        ("heat>=hot", "number", "heat is a number."),
        ("heat>=inf", "number", "heat is a number."),
        ("floor=first", "choice", None),
        ("floor=9", "choice", "There is no such choice of floor. There are: First, Second."),
        ("floor>=1", "choice", "floor is not a number. Write floor=…"),
        ("projector=no", "flag", None),
        ("projector=maybe", "flag", "projector is there or not. Write projector, or projector=no."),
        ("colour=red", "text", None),
    ],
)
def test_what_makes_no_sense_of_a_type_is_told(text: str, type_: str, fault: str | None) -> None:
    assert parse_wish(text).fault(type=type_, choices=["First", "Second"]) == fault
