"""Sentences that are kept read as they were, and can still be translated."""

import json
from datetime import date, timedelta

import pytest

from infra24.core.keeping import kept, recalled
from infra24.core.wording import Hours, Sentence, said


@pytest.mark.parametrize(
    "sentence",
    [
        said("Choose another time."),
        said("%(name)s is closed until %(day)s.", name="Kiln", day=date(2027, 3, 1)),
        said("Open %(hours)s.", hours=Hours(((540, 1260),))),
        said("At most %(most)s %(per)s.", most=timedelta(hours=2), per=said("a day")),
        said("%(number)s of %(all)s", number=2, all=3),
    ],
)
def test_a_sentence_survives_json(sentence: Sentence) -> None:
    back = recalled(json.loads(json.dumps(kept(sentence))))

    assert (back, back.template, dict(back.values)) == (sentence, sentence.template, dict(sentence.values))


def test_plain_text_stays_plain() -> None:
    assert recalled(kept("plain")) == "plain"
