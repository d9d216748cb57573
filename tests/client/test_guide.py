"""The example of the guide works as it is printed."""

import os
import subprocess
import sys

import pytest

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.client.calling import Package
from tests.docs.pages import ROOT, fences_of

GUIDE = ROOT / "docs/guides/client.md"


@pytest.mark.django_db(transaction=True)
def test_the_example_books(site: str, package: Package) -> None:
    cast = make.cast()
    make.resource(cast.house, name="Kiln")
    example = next(fence.text for fence in fences_of(GUIDE) if "infra24_client" in fence.text)
    told = example.replace("http://127.0.0.1:8000", site).replace("i24_…", make.token(cast.bob))

    done = subprocess.run(
        [sys.executable, "-c", told],
        env={**os.environ, "PYTHONPATH": str(package.folder)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "confirmed" in done.stdout, done.stderr
    with acting_for(cast.house.pk):
        assert [(each.title, each.status) for each in Booking.objects.all()] == [("Firing", "confirmed")]
