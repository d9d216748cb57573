"""Rivals through HTTP against the running server: never a double booking, a 500 or a deadlock.

To add a race, write its set-up beside the others and put it into its list.
"""

from collections.abc import Callable

import pytest

from tests.database import TestDatabase
from tests.races.house import HOUSE
from tests.races.many import MANY
from tests.races.places import PLACES
from tests.races.racing import Race, Stage, run
from tests.races.steps import STEPS
from tests.races.waiting import WAITING

pytestmark = pytest.mark.django_db(transaction=True)
RACES = [*PLACES, *STEPS, *HOUSE, *MANY, *WAITING]


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.prove)])
@pytest.mark.parametrize("set_up", RACES, ids=lambda set_up: set_up.__name__)
def test_race(set_up: Callable[[Stage], Race], times: int, site: str, database: TestDatabase) -> None:
    for _ in range(times):
        run(set_up, Stage(site, database))
