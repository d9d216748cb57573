"""An organisation's look: a handful of tokens, checked so that every page stays readable by day and by night."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from html import escape
from typing import Any, Final

from infra24.core.errors import Invalid

Rgb = tuple[float, float, float]
"""Red, green, blue, each 0 to 1, gamma-encoded (sRGB)."""

READABLE: Final = 4.5
"""WCAG 2.2 AA: the least contrast between text and its ground."""

FONTS: Final[Mapping[str, tuple[str, str]]] = {
    "garamond": ('"EB Garamond", Garamond, Georgia, serif', '"Instrument Sans", "Helvetica Neue", Arial, sans-serif'),
    "instrument": (
        '"Instrument Sans", "Helvetica Neue", Arial, sans-serif',
        '"Instrument Sans", "Helvetica Neue", Arial, sans-serif',
    ),
    "georgia": ('Georgia, "Times New Roman", serif', '"Instrument Sans", "Helvetica Neue", Arial, sans-serif'),
    "typewriter": (
        'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
        '"Instrument Sans", "Helvetica Neue", Arial, sans-serif',
    ),
}
"""Choices of type: for headings, and for everything else."""

LARGEST_RADIUS: Final = 16
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
# What the house writes on any ground, by day and by night: soft ink and the colours of states (frontend/styles).
_SOFT_INKS: Final = {"day": ("#635d55", "#815300", "#a3202b", "#26568f"), "night": ("#aca59b", "#e3b45c", "#f29a94")}


class ThemeUnreadable(Invalid):
    """This look cannot be used: people could not read it, or a value is not one we know."""


@dataclass(frozen=True)
class Theme:
    """The tokens an organisation may set; colours are `#rrggbb`, empty means the house's own or a computed one."""

    brand: str = "#a8321a"
    brand_night: str = ""
    """The brand colour in the dark; empty: as by day."""
    brand_ink: str = ""
    """Text on the brand colour; empty: white or black, whichever reads better."""
    accent: str = "#1f5a66"
    surface: str = "#fcfbf8"
    surface_night: str = "#161412"
    radius: int = 2
    """Corners, in CSS pixels."""
    font: str = "garamond"
    """A key of `FONTS`."""
    mark: str = ""
    """One to three letters of the lettermark; empty: the name's first."""


TOKENS: Final = tuple(field.name for field in fields(Theme))


def read_theme(tokens: Mapping[str, Any]) -> Theme:
    """The theme of stored or proposed tokens. Raises ThemeUnreadable with one sentence for each fault, by token."""
    faults: dict[str, str] = {}
    for name, value in tokens.items():
        if fault := _fault(name, value):
            faults[name] = fault
    if faults:
        raise ThemeUnreadable(" ".join(faults.values()), fields=faults)
    theme = Theme(**tokens)
    if faults := _contrast_faults(theme):
        raise ThemeUnreadable(" ".join(faults.values()), fields=faults)
    return theme


def stylesheet(theme: Theme) -> str:
    """`theme.css`: the variables of docs/reference/components.md, by day and by night."""
    display, body = FONTS[theme.font]
    night = theme.brand_night or theme.brand
    day_text = readable(theme.brand, on=theme.surface, towards="#000000")
    night_text = readable(night, on=theme.surface_night, towards="#ffffff")
    return (
        ":root {\n"
        f"  --brand: light-dark({theme.brand}, {night});\n"
        f"  --brand-ink: light-dark({ink_on(theme, theme.brand)}, {ink_on(theme, night)});\n"
        f"  --brand-text: light-dark({day_text}, {night_text});\n"
        f"  --accent: {theme.accent};\n"
        f"  --paper: light-dark({theme.surface}, {theme.surface_night});\n"
        f"  --radius: {theme.radius}px;\n"
        f"  --font-display: {display};\n"
        f"  --font-body: {body};\n"
        "}\n"
    )


def mark(theme: Theme, name: str) -> str:
    """The lettermark as an SVG image, for the header and the browser's tab."""
    letters = (theme.mark or name.strip()[:1]).upper()
    size = {1: 40, 2: 30}.get(len(letters), 22)
    family = "Georgia, serif" if theme.font in {"garamond", "georgia"} else "Helvetica, Arial, sans-serif"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="{theme.radius * 2}" fill="{theme.brand}"/>'
        f'<text x="32" y="33" text-anchor="middle" dominant-baseline="central" font-family="{family}"'
        f' font-size="{size}" fill="{ink_on(theme, theme.brand)}">{escape(letters)}</text></svg>'
    )


def ink_on(theme: Theme, ground: str) -> str:
    """The colour of text on the brand colour: the chosen one, else white or black."""
    if theme.brand_ink:
        return theme.brand_ink
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, ground))


def readable(colour: str, *, on: str, towards: str) -> str:
    """The colour itself where it reads on the ground, else the nearest mix with black or white that does."""
    start, end = rgb(colour), rgb(towards)
    for step in range(51):
        share = step / 50
        mixed = _hex((1 - share) * a + share * b for a, b in zip(start, end, strict=True))
        # A little above the line: tinted grounds (8 % of the brand) take some of it away again.
        if contrast(mixed, on) >= READABLE * 1.15:
            return mixed
    return towards


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2.2 defines it, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> Rgb:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)


def _hex(parts: Any) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _fault(name: str, value: Any) -> str:
    """What is wrong with one token by itself; empty when nothing is."""
    if name not in TOKENS:
        return f"“{name}” is not part of a theme; choose among {', '.join(TOKENS)}."
    if name == "radius":
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_whole and 0 <= value <= LARGEST_RADIUS else f"Corners are 0 to {LARGEST_RADIUS} pixels round."
    if name == "font":
        return "" if value in FONTS else f"Choose a type among {', '.join(FONTS)}."
    if name == "mark":
        return (
            "" if isinstance(value, str) and len(value) <= 3 and value.isprintable() else "A mark has 1 to 3 letters."
        )
    may_be_empty = name in {"brand_night", "brand_ink"}
    if isinstance(value, str) and (_COLOUR.fullmatch(value) or (may_be_empty and value == "")):
        return ""
    return f"“{value}” is not a colour for {name.replace('_', ' ')}: write six hexadecimal digits, as in #a8321a."


def _contrast_faults(theme: Theme) -> dict[str, str]:
    faults: dict[str, str] = {}
    for ground in (theme.brand, theme.brand_night or theme.brand):
        ratio = contrast(ink_on(theme, ground), ground)
        if ratio < READABLE:
            faults["brand_ink"] = (
                f"Text in {theme.brand_ink} on {ground} has a contrast of {ratio:.1f}, and {READABLE} is needed to "
                "read it. Leave the text colour empty to have a readable one chosen."
            )
    if any(contrast(ink, theme.surface) < READABLE for ink in _SOFT_INKS["day"]):
        faults["surface"] = f"{theme.surface} is too dark a ground for pages by day. Choose one nearer to white."
    if any(contrast(ink, theme.surface_night) < READABLE for ink in _SOFT_INKS["night"]):
        faults["surface_night"] = (
            f"{theme.surface_night} is too light a ground for pages by night. Choose one nearer to black."
        )
    return faults
