"""Take over the resources of an older system from its two tables. Without --apply it only tells what it would do."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql
from psycopg.rows import dict_row

from infra24.core.errors import Infra24Error
from infra24.core.tables import read_table
from infra24.facilities.legacy import TABLES, OldThing, Remark, TableName, read_rows
from infra24.facilities.services.legacy import Takeover, take_over
from infra24.orgs.models import Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for

MOST_BYTES, MOST_ROWS = 50 * 1024 * 1024, 100_000


class Command(BaseCommand):
    help = "Take over resources from the tables resources and org_resources of an older system, all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organisation", required=True, metavar="SLUG", help="whose they become")
        parser.add_argument("--resources", metavar="FILE.csv", type=Path, help="the table resources")
        parser.add_argument("--org-resources", metavar="FILE.csv", type=Path, help="the table org_resources")
        parser.add_argument("--database", metavar="URL", help="a PostgreSQL database to read both tables from")
        parser.add_argument("--old-organisation", metavar="ID", default="", help="take only rows of this organisation")
        parser.add_argument("--leave-out", metavar="TABLE:ID", action="append", default=[], help="leave a row out")
        parser.add_argument("--as", dest="email", metavar="E-MAIL", help="the manager in whose name; else an admin")
        parser.add_argument("--apply", action="store_true", help="write it; without this nothing changes")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["database"]) == bool(options["resources"] or options["org_resources"]):
            raise CommandError("Name the files with --resources and --org-resources, or a --database.")
        faults: list[Remark] = []
        things: dict[str, list[OldThing]] = {}
        for table in TABLES:
            reading = read_rows(table, _rows(table, options), organisation=options["old_organisation"])
            faults += reading.faults
            things[table] = reading.things
        organisation = Organisation.objects.filter(slug=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation “{options['organisation']}”.")
        with acting_for(organisation.pk):
            result = take_over(
                things["resources"],
                things["org_resources"],
                leave_out=options["leave_out"],
                by=_manager(organisation, options["email"]),
                apply=options["apply"] and not faults,
            )
        self._tell(result, faults)
        if faults or result.clashes:
            raise CommandError("Nothing was written. Mend the rows named above, or leave them out with --leave-out.")
        self.stdout.write("Written." if options["apply"] else "Nothing was written. Add --apply to write it.")

    def _tell(self, result: Takeover, faults: Iterable[Remark]) -> None:
        for one in result.new:
            also = f", merged with {one.other.legacy_id}" if one.other else ""
            put_away = ", archived" if one.thing.is_archived else ""
            self.stdout.write(f"new        {one.thing.legacy_id}: {one.thing.kind} “{one.thing.name}”{also}{put_away}")
        for one in result.unchanged:
            self.stdout.write(f"unchanged  {one.thing.legacy_id}: “{one.thing.name}” is here already")
        for key in result.features:
            self.stdout.write(f"feature    {key} is added to the vocabulary")
        for word, remarks in (("note", result.notes), ("clash", result.clashes), ("fault", faults)):
            for remark in remarks:
                self.stdout.write(f"{word:10} {remark.where}: {remark.text}")
        counts = f"{len(result.new)} new, {len(result.merged)} of them merged, {len(result.unchanged)} unchanged"
        self.stdout.write(f"{counts}, {len(result.clashes)} clashes, {len(list(faults))} faults.")


def _rows(table: TableName, options: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows of a table with their lines; none when it was not named or is not there."""
    if options["database"]:
        with psycopg.connect(options["database"], row_factory=dict_row) as connection:
            if connection.execute("SELECT to_regclass(%s) AS found", [table]).fetchone() == {"found": None}:
                return
            rows = connection.execute(sql.SQL("SELECT * FROM {} ORDER BY id").format(sql.Identifier(table)))
            yield from enumerate(rows, start=1)
        return
    file: Path | None = options[table]
    if file is None:
        return
    try:
        found = read_table(file.read_bytes(), most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except Infra24Error as error:
        raise CommandError(f"{file}: {error.detail}") from error
    yield from ((row.line, row.cells) for row in found.rows)


def _manager(organisation: Organisation, email: str | None) -> Member:
    """In whose name things are added: the history says who it was."""
    members = Member.objects.filter(org_id=organisation.pk, is_active=True).select_related("user").order_by("joined_at")
    if email:
        found = members.filter(user__email=email.strip().lower()).first()
        if found is None or not found.rank.includes(Role.MANAGER):
            raise CommandError(f"{email} is no manager of {organisation.name}.")
        return found
    admin = members.filter(role=Role.ADMIN.value).first()
    if admin is None:
        raise CommandError(f"{organisation.name} has no admin. Say in whose name with --as.")
    return admin
