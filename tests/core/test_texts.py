"""Every text people read can be translated: in pages, in Python, in scripts."""

import gettext
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest

from infra24.bookings.desk_texts import desk_texts
from infra24.bookings.texts import calendar_texts
from infra24.config.texts import Text, texts_in_source
from infra24.core.catalogues import FOLDER, compile_catalogues
from infra24.core.texts import site_texts
from infra24.facilities.texts import week_texts
from infra24.signage.texts import display_texts

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


ISLANDS: dict[str, Callable[[], dict[str, str]]] = {
    "calendar": calendar_texts,
    "desk": desk_texts,
    "display": display_texts,
    "site": site_texts,
    "week": week_texts,
}


@pytest.mark.parametrize(("file", "texts"), ISLANDS.items())
def test_pages_and_scripts_speak_the_same_words(file: str, texts: Callable[[], dict[str, str]]) -> None:
    source = (FRONTEND / file / "texts.ts").read_text()
    body = source.partition("const ENGLISH = {")[2].partition("\n};")[0]
    in_script = dict(re.findall(r'^  (\w+):\s*"((?:[^"\\]|\\.)*)",?$', body, re.MULTILINE))

    assert in_script
    assert texts() == in_script


def test_every_script_that_speaks_is_held_to_its_page() -> None:
    assert {file.parent.name for file in FRONTEND.glob("*/texts.ts")} - {"shared"} == set(ISLANDS)


# A sentence, or a word put where people read or hear it. What developers throw is for developers.
SENTENCE = re.compile(r"""["'`][A-Z][\w’']* [a-z][^"'`]*["'`]""")
SHOWN = re.compile(
    r"""\b(?:textContent|innerText|ariaLabel|title|placeholder|alt)\s*=\s*["'`](?=[^"'`]*[A-Za-z]{2})[^"'`$]+["'`]"""
    r"""|setAttribute\(\s*"(?:aria-label|title|placeholder|alt)",\s*["'`](?=[^"'`]*[A-Za-z]{2})[^"'`$]+["'`]"""
)


def spoken_in_script(source: str) -> list[str]:
    """What a script says in English of its own: everything but what `texts.ts` holds."""
    code = re.sub(r"/\*.*?\*/|(?<![:\w])//[^\n]*", "", source, flags=re.DOTALL)
    lines = [line for line in code.splitlines() if "Error(" not in line]
    return [found[0] for line in lines for found in (*SENTENCE.finditer(line), *SHOWN.finditer(line))]


def test_scripts_say_nothing_that_is_not_in_their_texts() -> None:
    spoken = {
        f"{file.relative_to(FRONTEND)}: {words}"
        for file in FRONTEND.glob("*/*.ts")
        if file.name != "texts.ts" and not file.name.endswith(".test.ts")
        for words in spoken_in_script(file.read_text())
    }

    assert spoken == set()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('show("Not saved yet.");', ['"Not saved yet."']),
        ('button.textContent = "Undo";', ['textContent = "Undo"']),
        ('close.setAttribute("aria-label", "Close");', ['setAttribute("aria-label", "Close"']),
        ('throw new Error("Not a date or time");', []),
        ("// Says: `Not saved yet.`\n/** `Or this one.` */ say(texts.saved);", []),
        ('close.setAttribute("aria-label", texts.close); row.className = "grid-event is-busy";', []),
    ],
)
def test_what_a_script_says_by_itself_is_noticed(source: str, words: list[str]) -> None:
    assert spoken_in_script(source) == words


class Said(HTMLParser):
    """Collects what a template says in letters of its own, once its tags have been taken out."""

    HEARD = ("aria-label", "title", "alt", "placeholder", "data-label", "data-confirm", "label")
    UNREAD = ("script", "style", "code", "pre", "kbd")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unread += tag in self.UNREAD
        for name, value in attrs:
            if name in self.HEARD:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag in self.UNREAD

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self._note(data)

    def _note(self, words: str) -> None:
        if re.search(r"[^\W\d_]{2}", words):
            self.found.append(" ".join(words.split()))


TAGS = re.compile(
    r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}"
    r"|{% block (?:main|page)_class %}.*?{% endblock %}|{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|{%.*?%}|{{.*?}}",
    re.DOTALL,
)
TEMPLATES = Path(__file__).resolve().parents[2] / "infra24"
NAMES = {"Infra24", "API", "· Infra24", "CSV"}
"""The same in every language."""
IN_ENGLISH = {"config/reference", "portal/components"}
"""Pages for those who build: what the API does, and the set of components with its examples."""


def said_in_template(source: str) -> list[str]:
    page = Said()
    page.feed(TAGS.sub("", source))
    page.close()
    return [words for words in page.found if words not in NAMES]


def test_templates_say_nothing_untranslatable() -> None:
    spoken = {
        f"{file.relative_to(TEMPLATES)}: {words}"
        for file in TEMPLATES.rglob("templates/**/*.html")
        if not any(f"templates/{name}" in str(file) for name in IN_ENGLISH)
        for words in said_in_template(file.read_text())
    }

    assert spoken == set()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>{% translate 'Saved.' %} {{ name }} · 3</p>", []),
        ("<p>{% blocktranslate %}Saved {{ n }}{% endblocktranslate %}</p>", []),
        ("<p>Saved.</p>{# Not this. #}", ["Saved."]),
        ('<button aria-label="Close"></button>', ["Close"]),
        ("<a title=\"{% translate 'Away' %}\">{{ url }}</a>", []),
    ],
)
def test_what_a_template_says_by_itself_is_noticed(source: str, words: list[str]) -> None:
    assert said_in_template(source) == words


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
