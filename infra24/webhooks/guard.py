"""Which addresses webhooks may go to."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from infra24.core.guarding import AddressRefused, Guard
from infra24.webhooks.errors import EndpointAddressRefused

PORTS = (443, 4443, 8443, 9443)


def guard() -> Guard:
    """HTTPS in the open, at the ports where it usually is, and what the operator has named."""
    return Guard(ports=PORTS, inside=tuple(settings.WEBHOOK_ADDRESSES))


def checked_url(text: str) -> str:
    """An address as it is kept. Raises EndpointAddressRefused for one that will never be called."""
    address = text.strip()
    try:
        guard().check(address)
    except AddressRefused as error:
        raise EndpointAddressRefused(fields={"url": _sentence(error.code)}) from error
    return address


def shown_url(url: str) -> str:
    """An address without its query, which may hold a credential: for those who look at what was sent, or done."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}{'?…' if parts.query else ''}"


def _sentence(code: str) -> str:
    match code:
        case "scheme":
            return _("Begin with https:// – what is sent must be encrypted.")
        case "port":
            return _("Use one of these ports: %(ports)s.") % {"ports": ", ".join(map(str, PORTS))}
        case "userinfo":
            return _("Leave out the name and password. The signature says who is calling.")
        case "private":
            return _("This leads into a private network, where we do not call.")
    return _("This is not a web address. It looks like https://example.org/hooks.")
