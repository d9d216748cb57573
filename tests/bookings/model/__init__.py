"""Bookings against a house kept on squared paper; see `house` and `machine`."""

import pytest

# Its assertions then say what they compared, as those of tests do.
pytest.register_assert_rewrite("tests.bookings.model.machine", "tests.bookings.model.machine_of_many")
