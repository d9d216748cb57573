"""Displays put up, changed, renewed and taken down: what is told, and what leaves no trace."""

import pytest
from django.db import IntegrityError, transaction

from infra24.bookings.models import Source
from infra24.core.errors import Stale
from infra24.facts.models import Fact
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import AuditEntry, Key
from infra24.orgs.tenancy import acting_for
from infra24.signage import queries, services
from infra24.signage.errors import DisplayNotFound, DisplayUnclear, TooManyDisplays
from infra24.signage.models import Display, Look
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> make.Cast:
    return make.cast()


def secret_of(display: Display) -> str:
    return mailed_secret(Key.objects.get(subject_id=display.pk, revoked_at=None).pk)


def told() -> list[str]:
    return list(
        Fact.objects.filter(subject_kind="display").order_by("recorded_at", "id").values_list("type", flat=True)
    )


def test_a_display_lives_changes_moves_and_goes(cast: make.Cast) -> None:
    room = make.resource(cast.house)
    with acting_for(cast.house.pk):
        display = services.put_up_display(name=" Door ", resource=room, by=cast.alice, source=Source.STAFF)
        first = secret_of(display)
        assert queries.display_by_secret(cast.house, first) == display

        services.change_display(display, name="Tablet", look=Look.LIGHT, by=cast.alice, source=Source.STAFF, version=1)
        changed = queries.display_by_secret(cast.house, first)
        assert (changed.name, changed.look, changed.version) == ("Tablet", "light", 2)
        services.change_display(changed, name="Tablet", by=cast.alice, source=Source.STAFF)
        with pytest.raises(Stale):
            services.change_display(changed, name="Late", by=cast.alice, source=Source.STAFF, version=1)

        services.renew_display(display, by=cast.alice, source=Source.STAFF)
        second = secret_of(display)
        with pytest.raises(DisplayNotFound):
            queries.display_by_secret(cast.house, first)
        assert queries.display_by_secret(cast.house, second) == display

        services.take_down_display(display, by=cast.alice, source=Source.STAFF)
        with pytest.raises(DisplayNotFound):
            queries.display_by_secret(cast.house, second)
        with pytest.raises(DisplayNotFound):
            services.take_down_display(display, by=cast.alice, source=Source.STAFF)
        assert told() == ["display.made", "display.changed", "display.renewed", "display.taken_down"]
        steps = AuditEntry.objects.filter(subject_id=display.pk).order_by("at", "id")
        assert [step.action for step in steps] == told()
        assert not Key.objects.filter(subject_id=display.pk, revoked_at=None).exists()


def test_only_staff_put_up_displays_and_one_shows_one_or_many(cast: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    room = make.resource(cast.house)
    with acting_for(cast.house.pk):
        with pytest.raises(RoleTooLow):
            services.put_up_display(by=cast.bob, source=Source.SELF)
        with pytest.raises(DisplayUnclear):
            services.put_up_display(resource=room, place="Annex", by=cast.alice, source=Source.STAFF)
        monkeypatch.setattr(services, "MOST_DISPLAYS", 1)
        services.put_up_display(by=cast.alice, source=Source.STAFF)
        with pytest.raises(TooManyDisplays):
            services.put_up_display(by=cast.alice, source=Source.STAFF)
        assert (Display.objects.count(), told()) == (1, ["display.made"])


def test_a_secret_opens_nothing_in_another_house(cast: make.Cast) -> None:
    with acting_for(cast.house.pk):
        secret = secret_of(services.put_up_display(by=cast.alice, source=Source.STAFF))

    with acting_for(cast.elsewhere.pk), pytest.raises(DisplayNotFound):
        queries.display_by_secret(cast.elsewhere, secret)


def test_postgresql_refuses_a_display_of_one_and_of_many_and_looks_it_does_not_know(cast: make.Cast) -> None:
    room = make.resource(cast.house)
    with acting_for(cast.house.pk):
        display = services.put_up_display(resource=room, by=cast.alice, source=Source.STAFF)
        for wrong, name in (({"place": "Annex"}, "display_of_one_or_many"), ({"look": "pink"}, "display_look_known")):
            with pytest.raises(IntegrityError, match=name), transaction.atomic():
                Display.objects.filter(pk=display.pk).update(**wrong)
