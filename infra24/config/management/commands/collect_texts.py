"""Bring the translators' files up to date with the source."""

from argparse import ArgumentParser
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand

from infra24.config.texts import Text, texts_in_source
from infra24.core.catalogues import FOLDER, compile_catalogues


class Command(BaseCommand):
    help = "Write every text of the source into infra24/locale/*/LC_MESSAGES/django.po; translations are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a text is not translated")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        wanted = texts_in_source()
        missing = 0
        for language, _name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            path = FOLDER / language / "LC_MESSAGES" / "django.po"
            known = {_text(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
            catalogue = polib.POFile(wrapwidth=110)
            catalogue.metadata = {
                "Language": language,
                "MIME-Version": "1.0",
                "Content-Type": "text/plain; charset=UTF-8",
                "Content-Transfer-Encoding": "8bit",
                "Plural-Forms": "nplurals=2; plural=(n != 1);",
            }
            for text, place in sorted(wanted.items(), key=lambda item: (item[1], item[0])):
                entry = _entry(text, place, known.get(text))
                catalogue.append(entry)
                if not entry.translated():
                    missing += 1
                    self.stdout.write(f"{language}: {place}: {text.text}")
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                catalogue.save(str(path))
        if not check:
            list(compile_catalogues())
        if missing and check:
            raise SystemExit(1)


def _text(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def _entry(text: Text, place: str, known: polib.POEntry | None) -> polib.POEntry:
    """The entry of a text, with the translation it had."""
    entry = polib.POEntry(msgid=text.text, occurrences=[(place, "")])
    if text.context:
        entry.msgctxt = text.context
    if text.plural:
        entry.msgid_plural = text.plural
        entry.msgstr_plural = dict(known.msgstr_plural) if known else {0: "", 1: ""}
    else:
        entry.msgstr = known.msgstr if known else ""
    if "%(" in text.text:
        entry.flags.append("python-format")
    return entry
