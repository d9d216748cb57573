"""The tags that pages share."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.utils.translation import override

from infra24.orgs.models import Organisation

OOLITE = Organisation(slug="oolite", name="Oolite", time_zone="America/New_York")


def drawn(template: str, **context: object) -> str:
    return Template("{% load house %}" + template).render(Context({"organisation": OOLITE, **context}))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "words"),
    [
        (
            datetime(2001, 11, 23, 15, tzinfo=UTC),
            datetime(2001, 11, 23, 17, tzinfo=UTC),
            "Fri, Nov 23, 2001, 10 a.m. – noon",
        ),
        # Half-open: until midnight is the same day.
        (
            datetime(2001, 11, 23, 15, tzinfo=UTC),
            datetime(2001, 11, 24, 5, tzinfo=UTC),
            "Fri, Nov 23, 2001, 10 a.m. – midnight",
        ),
        (
            datetime(2001, 11, 23, 15, tzinfo=UTC),
            datetime(2001, 11, 24, 15, tzinfo=UTC),
            "Fri, Nov 23, 2001, 10 a.m. – Sat, Nov 24, 10 a.m.",
        ),
    ],
)
def test_a_time_is_in_the_organisation_s_zone_and_says_so_to_machines(
    starts_at: datetime, ends_at: datetime, words: str
) -> None:
    html = drawn("{% when starts_at ends_at %}", starts_at=starts_at, ends_at=ends_at)

    assert html == f'<time datetime="{starts_at.isoformat()}" data-zone="America/New_York">{words}</time>'


def test_a_time_follows_the_reader_s_language() -> None:
    with override("es"):
        html = drawn("{% hours at %}", at=datetime(2001, 11, 23, 20, tzinfo=UTC))

    assert ">15:00<" in html


class Example(forms.Form):
    title = forms.CharField(help_text="Shown on the door.")
    note = forms.CharField(required=False)
    quiet = forms.BooleanField(required=False)


def test_a_field_ties_hint_and_error_to_its_control() -> None:
    html = str(Example({"title": ""})["title"].as_field_group())

    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="error" id="id_title_error">This field is required.</p>' in html


def test_an_optional_field_says_so_and_a_tick_box_wears_its_label() -> None:
    form = Example()

    assert '<span class="optional">optional</span>' in str(form["note"].as_field_group())
    assert '<label class="choice">' in str(form["quiet"].as_field_group())


def test_what_people_typed_stays_text() -> None:
    html = drawn("{% badge 'confirmed' label %}{{ who|initials }}", label="<b>", who="Ana <i> Lima")

    assert html == '<span class="badge confirmed">&lt;b&gt;</span>AL'


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "words"),
    [
        (datetime(2001, 11, 23, 15, tzinfo=UTC), datetime(2001, 11, 23, 17, tzinfo=UTC), "10 a.m. – noon"),
        (datetime(2001, 11, 23, 3, tzinfo=UTC), datetime(2001, 11, 23, 17, tzinfo=UTC), "until noon"),
        (datetime(2001, 11, 23, 23, tzinfo=UTC), datetime(2001, 11, 24, 17, tzinfo=UTC), "from 6 p.m."),
        (datetime(2001, 11, 23, 23, tzinfo=UTC), datetime(2001, 11, 24, 5, tzinfo=UTC), "6 p.m. – midnight"),
        (datetime(2001, 11, 22, 23, tzinfo=UTC), datetime(2001, 11, 25, 17, tzinfo=UTC), "all day"),
    ],
)
def test_hours_of_a_day_leave_out_what_lies_on_others(starts_at: datetime, ends_at: datetime, words: str) -> None:
    html = drawn("{% hours starts_at ends_at on=day %}", starts_at=starts_at, ends_at=ends_at, day=date(2001, 11, 23))

    assert f">{words}<" in html


def test_harm_is_asked_about_first_without_script() -> None:
    html = drawn("{% action 'Revoke' '/o/oolite/revoke/1' confirm='Revoke it?' tone='danger' %}", csrf_token="t")

    assert '<button class="button danger" type="button" popovertarget="ask-oooliterevoke1">Revoke</button>' in html
    assert 'id="ask-oooliterevoke1" popover' in html
    assert html.index("Revoke it?") < html.index('<button class="button danger" type="submit">')
