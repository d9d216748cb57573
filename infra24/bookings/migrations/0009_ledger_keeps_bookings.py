"""A date that was given up keeps the booking it had, so that one can read what became of it."""

import django.contrib.postgres.operations
from django.db import migrations, models

# Looser than what it replaces, so no row can break it; checked beside running writers all the same.
BOOKED_HAS_BOOKING = models.CheckConstraint(
    condition=models.Q(models.Q(("state", "booked"), _negated=True), ("booking__isnull", False), _connector="OR"),
    name="occurrence_booked_has_booking",
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bookings", "0008_series")]

    operations = [
        django.contrib.postgres.operations.AddConstraintNotValid(
            model_name="occurrence", constraint=BOOKED_HAS_BOOKING
        ),
        django.contrib.postgres.operations.ValidateConstraint(
            model_name="occurrence", name="occurrence_booked_has_booking"
        ),
        migrations.RemoveConstraint(model_name="occurrence", name="occurrence_state_as_booking"),
    ]
