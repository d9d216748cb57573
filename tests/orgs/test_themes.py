"""An organisation may look as it likes, as long as people can read it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from infra24.orgs.themes import (
    READABLE,
    Theme,
    ThemeUnreadable,
    contrast,
    ink_on,
    mark,
    read_theme,
    readable,
    stylesheet,
)

colours = some.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_an_empty_theme_is_the_house_s_own() -> None:
    assert read_theme({}) == Theme()


@given(colours)
def test_any_brand_colour_is_welcome_because_its_ink_is_chosen_to_read(brand: str) -> None:
    theme = read_theme({"brand": brand})

    assert contrast(ink_on(theme, brand), brand) >= READABLE
    assert contrast(readable(brand, on=theme.surface, towards="#000000"), theme.surface) >= READABLE
    assert contrast(readable(brand, on=theme.surface_night, towards="#ffffff"), theme.surface_night) >= READABLE


def test_a_chosen_ink_that_cannot_be_read_is_refused_with_the_way_out() -> None:
    with pytest.raises(
        ThemeUnreadable, match=r"contrast of 1\.7, and 4\.5 is needed.*Leave the text colour empty"
    ) as caught:
        read_theme({"brand": "#f2c230", "brand_ink": "#ffffff", "brand_night": "#f2c230"})

    assert list(caught.value.fields) == ["brand_ink"]


@pytest.mark.parametrize(
    ("tokens", "sentence"),
    [
        ({"brand": "red"}, "“red” is not a colour for brand: write six hexadecimal digits"),
        ({"brand": "#12345"}, "six hexadecimal digits"),
        ({"brand": "#000000;}body{display:none"}, "six hexadecimal digits"),
        ({"brand": ""}, "six hexadecimal digits"),
        ({"radius": 17}, "0 to 16 pixels"),
        ({"radius": True}, "0 to 16 pixels"),
        ({"font": "comic"}, "Choose a type among garamond"),
        ({"mark": "WIDE"}, "1 to 3 letters"),
        ({"background": "#ffffff"}, "“background” is not part of a theme"),
        ({"surface": "#808080"}, "too dark a ground for pages by day"),
        ({"surface_night": "#808080"}, "too light a ground for pages by night"),
    ],
)
def test_a_token_nobody_could_use_is_refused_by_a_sentence(tokens: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ThemeUnreadable, match=re.escape(sentence)):
        read_theme(tokens)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ThemeUnreadable) as caught:
        read_theme({"brand": "red", "radius": -1})

    assert set(caught.value.fields) == {"brand", "radius"}


def test_the_style_sheet_sets_the_variables_by_day_and_by_night() -> None:
    css = stylesheet(read_theme({"brand": "#0b5d52", "brand_night": "#3fa593", "radius": 0}))

    assert "--brand: light-dark(#0b5d52, #3fa593);" in css
    assert "--brand-ink: light-dark(#ffffff, #000000);" in css
    assert "--radius: 0px;" in css


def test_the_mark_escapes_what_is_written_in_it() -> None:
    assert ">&lt;&amp;<" in mark(read_theme({"mark": "<&"}), "Tidewater")
    assert ">T<" in mark(Theme(), "Tidewater Arts")
