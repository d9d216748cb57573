"""People as they come in and go out of the API."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from ninja import Schema
from pydantic import Field, StringConstraints, field_validator

from infra24.core.inputs import Input
from infra24.people.models import Person

Language = Literal["", "en", "es"]
"""One of the house's languages, or none said."""


class PersonIn(Input):
    """A new person."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    email: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254)] = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""

    locale: Language = Field(default="", description="In which to write to them; empty: the organisation's.")

    @field_validator("email")
    @classmethod
    def _an_address(cls, value: str) -> str:
        return _address(value)


class PersonPatch(Input):
    """What to say anew of a person. What is left out stays as it is."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)] | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254)] | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] | None = None
    locale: Language | None = Field(default=None, description="In which to write to them; empty: the organisation's.")

    @field_validator("email")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        return value if value is None else _address(value)


def _address(value: str) -> str:
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise ValueError("not an e-mail address; leave it empty if there is none") from None
    return value


class PersonOut(Schema):
    """A person the organisation knows."""

    id: UUID
    name: str
    email: str = Field(description="Empty if there is none.")
    phone: str = Field(description="Empty if there is none.")
    locale: str = Field(description="In which to write to them; empty: the organisation's.")
    version: int


def person_out(person: Person) -> dict[str, Any]:
    """A person in the shape of PersonOut."""
    return {
        "id": person.pk,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "locale": person.locale,
        "version": person.version,
    }
