"""What a replay was asked to make once more, in words."""

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from infra24.core.days import wall_of
from infra24.facts.templatetags.events import event_name
from infra24.outbox.models import Attempt, Delivery, Replay
from infra24.outbox.selecting import Selection


def chosen_words(replay: Replay, *, zone: str) -> list[tuple[str, str]]:
    """Label and value for each thing that was said, in the active language; the destination apart."""
    chosen = Selection.recalled(replay.selection)
    statuses = chosen.statuses or (Delivery.Status.DEAD.value,)
    # The instant is the first that is not meant any more.
    last = wall_of(chosen.until - timedelta(microseconds=1), zone) if chosen.until else None
    words = [
        (_("State"), ", ".join(str(Delivery.Status(status).label) for status in statuses)),
        (_("What happened"), event_name(chosen.fact_type) if chosen.fact_type else ""),
        (_("Outcome"), str(Attempt.Outcome(chosen.outcome).label) if chosen.outcome else ""),
        (_("Cause"), _("one only") if chosen.cause else ""),
        (_("Says"), chosen.text),
        (_("About"), _("one thing only") if chosen.subject_id else ""),
        (_("From"), date_format(wall_of(chosen.since, zone), "DATE_FORMAT") if chosen.since else ""),
        (_("To"), date_format(last, "DATE_FORMAT") if last else ""),
    ]
    return [(label, value) for label, value in words if value]
