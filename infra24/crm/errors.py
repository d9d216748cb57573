"""What can go wrong when an organisation connects its CRM."""

from infra24.core.errors import Conflict, Invalid, Unavailable


class CrmAddressUnknown(Invalid):
    """This installation may not call that address. The operator lists allowed ones in INFRA24_CRM_ADDRESSES."""


class CrmKeyUnusable(Invalid):
    """This is not a private API key. Make one in the CRM under your profile; those that begin with pub_ are public."""


class CrmKeyRefused(Invalid):
    """The CRM does not accept this key. Check that it is active and that its user is an administrator."""


class CrmFieldMissing(Conflict):
    """The CRM lacks a custom field we need. Make a free text field of exactly that name there, then connect again."""


class CrmUnreachable(Unavailable):
    """The CRM did not answer as expected. Nothing was changed; try again in a moment."""
