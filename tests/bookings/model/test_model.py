"""The product against the house on squared paper: whatever people do, it comes to the same, for the same reasons."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.bookings.model.machine_of_many import MachineOfMany

pytestmark = pytest.mark.django_db(transaction=True)


def test_whatever_people_do_comes_to_the_same() -> None:
    run_state_machine_as_test(MachineOfMany, settings=settings(max_examples=12, stateful_step_count=25))


@pytest.mark.prove
def test_whatever_people_do_comes_to_the_same_ten_thousand_times() -> None:
    run_state_machine_as_test(
        MachineOfMany, settings=settings(max_examples=200, stateful_step_count=50, derandomize=False)
    )
