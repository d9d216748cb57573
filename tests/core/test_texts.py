"""Every text people read can be translated: in pages, in Python, in scripts."""

import gettext
import re
from collections.abc import Callable
from pathlib import Path

import polib
import pytest

from infra24.bookings.desk_texts import desk_texts
from infra24.bookings.texts import calendar_texts
from infra24.config.texts import Text, texts_in_source
from infra24.core.catalogues import FOLDER, compile_catalogues
from infra24.core.texts import site_texts
from infra24.facilities.texts import week_texts

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


@pytest.mark.parametrize(
    ("file", "texts"),
    [("calendar", calendar_texts), ("desk", desk_texts), ("site", site_texts), ("week", week_texts)],
)
def test_pages_and_scripts_speak_the_same_words(file: str, texts: Callable[[], dict[str, str]]) -> None:
    source = (FRONTEND / file / "texts.ts").read_text()
    body = source.partition("const ENGLISH = {")[2].partition("\n};")[0]
    in_script = dict(re.findall(r'^  (\w+):\s*"((?:[^"\\]|\\.)*)",?$', body, re.MULTILINE))

    assert in_script
    assert texts() == in_script


SPANISH = polib.pofile(str(FOLDER / "es" / "LC_MESSAGES" / "django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)\{\w+\}")


def test_translations_keep_every_placeholder() -> None:
    faults = [
        (entry.msgid, translated)
        for entry in SPANISH.translated_entries()
        for original, translated in [
            (entry.msgid_plural or entry.msgid, entry.msgstr_plural[1] if entry.msgid_plural else entry.msgstr)
        ]
        if sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(translated))
    ]

    assert faults == []


def test_texts_are_found_in_templates_in_python_and_in_errors(tmp_path: Path) -> None:
    (tmp_path / "app" / "templates").mkdir(parents=True)
    (tmp_path / "app" / "views.py").write_text(
        '_("Saved.")\nngettext("%(n)s day", "%(n)s days", 2)\npgettext("month", "May")\nprint("not this")\n'
    )
    (tmp_path / "app" / "templates" / "page.html").write_text(
        "{% load i18n %}{% translate 'Close' %}"
        "{% blocktranslate count n=days %}{{ n }} night{% plural %}{{ n }} nights{% endblocktranslate %}"
    )

    found = set(texts_in_source(tmp_path))

    assert {
        Text("Saved."),
        Text("%(n)s day", "%(n)s days"),
        Text("May", context="month"),
        Text("Close"),
        Text("%(n)s night", "%(n)s nights"),
        Text("That time is already booked."),
    } <= found
    assert Text("not this") not in found


def test_a_catalogue_is_compiled_for_django_to_read(tmp_path: Path) -> None:
    folder = tmp_path / "es" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    SPANISH.save(str(folder / "django.po"))

    assert list(compile_catalogues(tmp_path)) == [folder / "django.mo"]
    with (folder / "django.mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("My bookings") == "Mis reservas"
