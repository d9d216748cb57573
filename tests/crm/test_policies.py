"""Who there is the same person as one here."""

from uuid import UUID

import pytest

from infra24.crm.policies import PersonCard, is_same_person, split_name

ROBERT = PersonCard(UUID(int=1), "Robert James", "Díaz", "bob@example.org", "")


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("Bob Díaz", ("Bob", "Díaz")),
        ("  Ana  María   López ", ("Ana María", "López")),
        ("Bob", None),
        ("   ", None),
    ],
)
def test_the_last_word_is_the_last_name(name: str, split: tuple[str, str] | None) -> None:
    assert split_name(name) == split


@pytest.mark.parametrize(
    ("first_name", "last_name", "email", "same"),
    [
        ("Robert", "Díaz", "bob@example.org", True),
        ("ROBERT", "DÍAZ", "Bob@Example.ORG", True),
        ("Rob", "Díaz", "bob@example.org", True),
        ("R.", "Díaz", "bob@example.org", True),
        ("", "Díaz", "bob@example.org", True),
        ("Ana", "Díaz", "bob@example.org", False),
        ("Robert", "Diaz", "bob@example.org", False),
        ("Robert", "Díaz", "robert@example.org", False),
        ("Robert", "Díaz", "", False),
    ],
)
def test_the_same_address_and_last_name_and_no_contrary_first_name(
    first_name: str, last_name: str, email: str, same: bool
) -> None:
    assert is_same_person(ROBERT, first_name=first_name, last_name=last_name, email=email) is same


def test_without_an_address_nobody_is_the_same() -> None:
    nobody = PersonCard(UUID(int=1), "Robert", "Díaz", "", "")
    assert not is_same_person(nobody, first_name="Robert", last_name="Díaz", email="")
