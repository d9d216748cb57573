"""What can go wrong with mails and their texts."""

from infra24.core.errors import Conflict, Invalid, NotFound


class MessageNotFound(NotFound):
    """There is no such mail."""


class LanguageUnknown(NotFound):
    """The house does not speak that language."""


class PlaceholderUnknown(Invalid):
    """A text names something that no mail of this kind knows."""


class TextTooLong(Invalid):
    """A text is too long to be read in a mail."""


class MailEssential(Conflict):
    """This mail is always sent: somebody waits for it, or something is wrong."""


class LinkInvalid(NotFound):
    """This link does not work. It may have been cut off: copy it whole from the mail."""


class TroubleNotFound(NotFound):
    """There is no such trouble, or you may not see it."""


class TroubleCleared(Conflict):
    """Mail may go there again already."""
