"""Rivals through HTTP; see `racing`."""

import pytest

# Their assertions then say what they compared, as those of tests do.
pytest.register_assert_rewrite(
    *(f"tests.races.{name}" for name in ("answers", "racing", "places", "steps", "house", "many", "waiting"))
)
