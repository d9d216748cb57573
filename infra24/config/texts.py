"""Every text people read, found in the source: templates, Python, and the docstrings of errors."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize

from infra24.core.errors import Infra24Error

ROOT = Path(__file__).resolve().parents[2]
_CALLS = {
    "_": ("text",),
    "said": ("text",),
    "plural": ("text", "plural"),
    "gettext": ("text",),
    "gettext_lazy": ("text",),
    "gettext_noop": ("text",),
    "ngettext": ("text", "plural"),
    "ngettext_lazy": ("text", "plural"),
    "pgettext": ("context", "text"),
    "pgettext_lazy": ("context", "text"),
    "npgettext": ("context", "text", "plural"),
}
_IN_TEMPLATE = re.compile(r"\b((?:np|n|p)?gettext)\(((?:\s*u(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*,?)+)")


class Text(NamedTuple):
    """One thing to translate. `plural` and `context` are empty for most."""

    text: str
    plural: str = ""
    context: str = ""


def texts_in_source(folder: Path = ROOT / "infra24") -> dict[Text, str]:
    """Every text with the file it was first found in, relative to the folder's parent."""
    found: dict[Text, str] = {}
    for file in sorted(folder.rglob("*.py")):
        for text in _in_python(file.read_text()):
            found.setdefault(text, str(file.relative_to(folder.parent)))
    for file in sorted(folder.rglob("templates/**/*.*")):
        if file.suffix in {".html", ".txt"}:
            for text in _in_template(file.read_text()):
                found.setdefault(text, str(file.relative_to(folder.parent)))
    for kind in _kinds(Infra24Error):
        title = (kind.__doc__ or "").strip().splitlines()[0]
        found.setdefault(Text(title), kind.__module__.replace(".", "/") + ".py")
    return found


def _in_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        roles = _CALLS.get(name)
        given = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        words = [value for value in given if isinstance(value, str)]
        if roles and len(words) >= len(roles):
            yield Text(**dict(zip(roles, words, strict=False)))


def _in_template(source: str) -> Iterator[Text]:
    for name, arguments in _IN_TEMPLATE.findall(templatize(source)):
        words = ast.literal_eval(f"[{arguments}]")
        yield Text(**dict(zip(_CALLS[name], words, strict=False)))


def _kinds(kind: type[Infra24Error]) -> Iterator[type[Infra24Error]]:
    yield kind
    for narrower in kind.__subclasses__():
        if narrower.__module__.startswith("infra24."):
            yield from _kinds(narrower)
