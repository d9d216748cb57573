from pathlib import Path

from django.db import migrations

from infra24.core.schema import OrganisationKey, TenantKey, TenantTable


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial"), ("resources", "0002_walls"), ("outbox", "0002_walls_and_doors")]

    operations = [
        TenantTable("Booking"),
        TenantTable("Leg"),
        OrganisationKey("Booking"),
        OrganisationKey("Leg"),
        TenantKey("Booking", "person"),
        TenantKey("Booking", "booked_by"),
        TenantKey("Leg", "booking"),
        TenantKey("Leg", "resource"),
        migrations.RunSQL(
            (Path(__file__).parents[1] / "sql" / "rules.sql").read_text(),
            """DROP TRIGGER resource_keeps_promises ON resources_resource;
               DROP TRIGGER leg_fits_on_change ON bookings_leg; DROP TRIGGER leg_fits_on_arrival ON bookings_leg;
               DROP TRIGGER leg_change_raises_version ON bookings_leg; DROP TRIGGER leg_arrival_raises_version ON bookings_leg;
               DROP TRIGGER booking_moves_on ON bookings_booking; DROP TRIGGER booking_leads_legs ON bookings_booking;
               DROP TRIGGER leg_follows_booking ON bookings_leg;
               DROP FUNCTION resource_keeps_promises, leg_fits_resource, resource_peak, leg_change_raises_version,
                             booking_moves_on, booking_leads_legs, leg_follows_booking;
               ALTER TABLE bookings_leg DROP CONSTRAINT leg_sharing_own;
               ALTER TABLE bookings_leg DROP CONSTRAINT leg_no_overlap""",
        ),
    ]
