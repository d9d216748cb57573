"""Staff confirm, decline and cancel on pages, which ask before harm."""

import pytest

from infra24.bookings.models import Booking, Status
from tests import make
from tests.bookings.forms_story import stored
from tests.make.bookings import booking

pytestmark = pytest.mark.django_db


def requested(cast: make.Cast) -> Booking:
    """Bob's request, waiting for staff."""
    kiln = make.resource(cast.house, name="Kiln B", rules={**make.open_week(), "approval": "always"})
    return booking(cast.bob, kiln)


def test_staff_confirm_a_request() -> None:
    cast = make.cast()
    made = requested(cast)

    response = make.client(cast.alice).post(f"/o/oolite/admin/bookings/{made.pk}/confirm", {"version": made.version})

    assert response.status_code == 302
    assert stored(cast.house.pk)[0].status == Status.CONFIRMED
    assert make.client(cast.alice).post(f"/o/oolite/admin/bookings/{made.pk}/confirm").status_code == 409
    assert make.client(cast.alice).get(f"/o/oolite/admin/bookings/{made.pk}/confirm").status_code == 405


def test_declining_needs_a_reason() -> None:
    cast = make.cast()
    made = requested(cast)
    address = f"/o/oolite/admin/bookings/{made.pk}/decline"

    assert "Decline this request?" in make.client(cast.alice).get(address).content.decode()
    assert make.client(cast.alice).post(address, {"reason": " "}).status_code == 422
    assert stored(cast.house.pk)[0].status == Status.PENDING
    assert make.client(cast.alice).post(address, {"reason": "The kiln is being mended."}).status_code == 302
    declined = stored(cast.house.pk)[0]
    assert (declined.status, declined.reason) == (Status.DECLINED, "The kiln is being mended.")


def test_cancelling_asks_first_and_works_once() -> None:
    cast = make.cast()
    made = booking(cast.alice, make.resource(cast.house))
    address = f"/o/oolite/admin/bookings/{made.pk}/cancel"

    assert make.client(cast.alice).get(address).status_code == 200
    assert stored(cast.house.pk)[0].status == Status.CONFIRMED
    assert make.client(cast.alice).post(address).status_code == 302
    assert stored(cast.house.pk)[0].status == Status.CANCELLED
    again = make.client(cast.alice).post(address)
    assert again.status_code == 409
    assert "nothing left to do" in again.content.decode()


def test_a_hold_that_ran_out_is_shown_as_expired_and_cannot_be_decided() -> None:
    cast = make.cast()
    held = booking(
        cast.alice, make.resource(cast.house), status="hold", person=make.person(cast.house, member=cast.bob)
    )
    staff, member = make.client(cast.alice), make.client(cast.bob)
    page = f"/o/oolite/admin/bookings/{held.pk}"
    assert "Confirm</button>" in staff.get(page).content.decode()

    make.run_out(cast.house, held.pk)

    html = staff.get(page).content.decode()
    assert '<span class="badge expired">Expired</span>' in html
    assert "Confirm</button>" not in html
    assert f"{page}/cancel" not in html
    assert "nothing left to do" in staff.get(f"{page}/cancel").content.decode()
    assert "Firing" not in staff.get("/o/oolite/admin/bookings?status=hold").content.decode()
    assert "badge expired" in staff.get("/o/oolite/admin/bookings?status=expired").content.decode()
    mine = member.get("/o/oolite/my")
    assert list(mine.context["upcoming"]) == []
    assert [one.pk for one in mine.context["past"].items] == [held.pk]
    assert "badge hold" not in mine.content.decode()
