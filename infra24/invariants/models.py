"""What the nights found."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.utils.functional import Promise

from infra24.core.models import WRITTEN_ONCE, OrganisationModel
from infra24.invariants.table import SENTENCES


class Verdict(OrganisationModel):
    """Whether everything of one organisation added up at one instant. Never changed, never deleted."""

    app_may = WRITTEN_ONCE

    looked_at = models.DateTimeField()
    """Everything was seen as it was then."""
    rows = models.PositiveBigIntegerField()
    """Rows looked at."""
    violations = models.JSONField(default=dict)
    """How many rows break which invariant; empty when all is well."""
    information = models.JSONField(default=dict)
    """How many rows are worth knowing of, by name."""
    samples = models.JSONField(default=list)
    """Up to a hundred broken rows, as `looking.Violation`."""

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["org_id", "-looked_at", "-id"], name="verdict_newest"),
        ]

    @property
    def count(self) -> int:
        """How many violations there were."""
        return sum(self.violations.values())

    @property
    def kinds(self) -> "list[Kind]":
        """What was broken, the most frequent first."""
        found = sorted(self.violations.items(), key=lambda item: (-item[1], item[0]))
        return [Kind(name, count) for name, count in found]

    @property
    def notes(self) -> "list[Kind]":
        """What is worth knowing, without being wrong."""
        return [Kind(name, count) for name, count in sorted(self.information.items())]

    @property
    def details(self) -> "list[tuple[Kind, list[dict[str, str | None]]]]":
        """What was broken, with the samples of each."""
        return [(kind, [one for one in self.samples if one["name"] == kind.name]) for kind in self.kinds]


@dataclass(frozen=True)
class Kind:
    """One invariant in one verdict, and how many rows break it."""

    name: str
    count: int

    @property
    def sentence(self) -> str | Promise:
        """What is wrong. Of an invariant that this version no longer has, its name."""
        return SENTENCES.get(self.name, self.name)
