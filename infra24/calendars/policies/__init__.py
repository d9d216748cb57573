"""Reading calendars and tables of bookings: what happens when, said by somebody else's file. No Django, no clock."""

from infra24.calendars.policies.events import CalendarRead, Fault, Occurrence, Reading
from infra24.calendars.policies.ical import read_ical
from infra24.calendars.policies.table import read_rows

__all__ = ["CalendarRead", "Fault", "Occurrence", "Reading", "read_ical", "read_rows"]
