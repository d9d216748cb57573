"""The vocabulary of features as it comes in and goes out of the API."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictBool, StringConstraints

from infra24.core.inputs import Input
from infra24.core.paging import PageQuery
from infra24.facilities.services.features import FeatureWish
from infra24.resources.models import Feature, FeatureType

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Choices = Annotated[
    list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]], Field(max_length=50)
]
Unit = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]


class FeaturesQuery(PageQuery):
    archived: bool = Field(default=False, description="Those put away instead; for staff, others get none.")


class FeatureIn(Input):
    """A new word for what resources have. Its key and type stay what they are."""

    name: Words
    type: FeatureType
    key: Annotated[str, StringConstraints(max_length=40, pattern=r"^([a-z][a-z0-9]*(_[a-z0-9]+)*)?$")] = Field(
        default="", description="As in a resource's `features`; made from the name when empty."
    )
    unit: Unit = Field(default="", description="Of a number: °C, m².")
    choices: Choices = Field(default=[], description="Of a choice: the values there are, at least two.")

    def to_wish(self) -> FeatureWish:
        return {"name": self.name, "unit": self.unit, "choices": self.choices}


class FeatureChange(Input):
    """What to say otherwise; what is left out stays."""

    name: Words = Field(default="", validate_default=False)
    unit: Unit = ""
    choices: Choices = []
    archived: StrictBool | None = None

    def to_wish(self) -> FeatureWish:
        """Only what was sent."""
        wish: Any = {name: getattr(self, name) for name in self.model_fields_set - {"archived"}}
        return wish  # type: ignore[no-any-return]


class FeatureOut(Schema):
    """A word for what resources have."""

    id: UUID
    key: str
    name: str
    type: FeatureType
    unit: str
    choices: list[str]
    archived: bool
    version: int


def feature_out(feature: Feature) -> dict[str, Any]:
    """A feature in the shape of FeatureOut."""
    return {
        "id": feature.pk,
        "key": feature.key,
        "name": feature.name,
        "type": str(feature.type),
        "unit": feature.unit,
        "choices": feature.choices,
        "archived": feature.archived_at is not None,
        "version": feature.version,
    }
