"""Setting up an organisation, and the accounts people sign in with."""

from collections.abc import Mapping

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from infra24.core.constraints import guarded_by
from infra24.facts import services as facts
from infra24.orgs import audit
from infra24.orgs.errors import EmailTaken, OrganisationInvalid, SlugTaken
from infra24.orgs.models import Organisation, User
from infra24.orgs.tenancy import acting_for
from infra24.orgs.themes import read_theme


def found_organisation(
    *,
    slug: str,
    name: str,
    time_zone: str,
    locale: str = "en",
    mail_address: str = "",
    theme: Mapping[str, str] | None = None,
    source: str = "import",
) -> Organisation:
    """A new organisation without members: `add_member` brings its first admin.

    `time_zone` is an IANA name, `theme` the design tokens that differ from the house's.
    Raises SlugTaken; OrganisationInvalid and ThemeUnreadable with what is wrong field by field.
    """
    now = timezone.now()
    read_theme(theme or {})
    organisation = Organisation(
        slug=slug, name=name, time_zone=time_zone, locale=locale, mail_address=mail_address, theme=dict(theme or {})
    )
    try:
        organisation.full_clean(exclude={"theme"}, validate_unique=False)
    except ValidationError as error:
        faults = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        raise OrganisationInvalid(fields=faults) from error
    with acting_for(organisation.pk):
        with guarded_by(orgs_organisation_slug_key=SlugTaken):
            organisation.save(force_insert=True)
        facts.record(organisation.pk, "organisation.founded", now=now, source=source, organisation_id=organisation.pk)
        audit.write(
            organisation.pk, "organisation.found", subject_id=organisation.pk, by=None, source=source, now=now,
            after={"slug": slug, "time_zone": time_zone},
        )  # fmt: skip
    return organisation


@transaction.atomic
def make_user(email: str, *, name: str = "", password: str | None = None) -> User:
    """Somebody who can sign in: by mailed code, and with `password` by that too.

    The address counts as verified: call it once somebody has shown that it is theirs, or for the demo.
    Raises EmailTaken.
    """
    with guarded_by(orgs_user_email_key=EmailTaken):
        user = User.objects.create_user(email, password, name=name.strip())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
