"""What pure rules said, in the reader's language: lengths, hours and sentences within sentences."""

from datetime import timedelta

from django.utils import translation

from infra24.core.translating import length, translated
from infra24.core.wording import Hours, said


def test_a_sentence_is_english_until_somebody_reads_it_in_another_language() -> None:
    sentence = said("The shortest booking is %(length)s.", length=timedelta(hours=1, minutes=30))

    assert sentence == "The shortest booking is 1 hour 30 minutes."
    with translation.override("es"):
        assert translated(sentence) == "La reserva más corta es de 1 hora 30 minutos."
        assert length(timedelta(days=2)) == "2 días"


def test_hours_and_sentences_within_sentences_are_worded_too() -> None:
    outer = said("%(name)s is open %(hours)s that day.", name=said("a week"), hours=Hours(((540, 1560),)))

    assert outer == "a week is open 09:00 to 02:00 that day."
    with translation.override("es"):
        assert translated(outer) != outer
        assert "a la semana" in translated(outer) or "por semana" in translated(outer)


def test_plain_text_stays_as_it_is() -> None:
    assert translated("Kiln 2") == "Kiln 2"
