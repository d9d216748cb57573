"""Requests and answers without what they say of people, for those who need to see how and not about whom.

A scanner and not a parser: bodies are kept cut, so that JSON may end anywhere.
What is masked keeps its place, so that the shape of the fault can still be seen.
"""

import re
from urllib.parse import unquote_plus

MASK = "•••"

_PERSONAL_WORDS = (
    "name names firstname lastname middlename fullname surname nickname prefix suffix email emails mail "
    "phone phones mobile cell tel telephone fax address addresses street line1 line2 city town zip postal "
    "postcode postalcode birth birthdate birthday dob gender note notes comment comments message text "
    "body html subject title description reason person contact attendee attendees organizer guest guests "
    "host visitor to cc bcc from sender recipient recipients search query q employer website username "
    "login user"
)
_PERSONAL = frozenset(_PERSONAL_WORDS.split(" "))
"""Words of keys whose values speak of a person, or may."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+|\s+', re.DOTALL)
_MAIL = re.compile(r"[^\s\"'<>(),;:=&?/]+(?:@|%40)[^\s\"'<>(),;:=&?/]+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.-])\+?\(?\d[\d ().\-/]{6,}\d(?![\w-])")
_INSTANT_OR_ID = re.compile(
    r"^(?:\d{4}-\d\d-\d\d(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?|\d{1,19}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(^|[?&])([^=&?\s]+)=([^&\s#]*)")
_LINE = re.compile(r"^([A-Za-z][\w-]{0,40}):[ \t]*(\S.*)$", re.MULTILINE)


def masked(body: str) -> str:
    """A body of a request or an answer: JSON, whole or cut, a form, or text."""
    start = body.lstrip()[:1]
    if start in {"{", "["}:
        return _masked_json(body)
    if "=" in body and not re.search(r"\s", body.strip()):
        return _masked_pairs(body)
    return _masked_text(_LINE.sub(_masked_line, body))


def masked_url(url: str) -> str:
    """An address with the values of its query masked, but for plain numbers, and whatever else speaks of a person."""
    path, mark, query = url.partition("?")
    kept = _PAIR.sub(lambda pair: f"{pair[1]}{pair[2]}={pair[3] if pair[3].isdigit() else MASK}", query)
    return _masked_text(path) + mark + kept


def is_personal(key: str) -> bool:
    """Whether a key's value speaks of a person: `FirstName`, `primary_email`, `attendee-name`."""
    words = [word.lower() for word in _WORDS.findall(key)]
    return any(word in _PERSONAL for word in words) or "".join(words) in _PERSONAL


def _masked_json(body: str) -> str:
    """Strings and numbers under personal keys, however deep, and whatever looks like an address anywhere."""
    hides = [False]
    """For each open bracket, the outermost first: whether all in it is masked."""
    key = ""
    shown: list[str] = []
    pieces = _PIECE.findall(body)
    for place, piece in enumerate(pieces):
        match piece[0]:
            case "{" | "[":
                hides.append(hides[-1] or is_personal(key))
            case "}" | "]":
                hides = hides[:-1] or [False]
            case '"' if _next(pieces, place) == ":":
                key = piece.strip('"')
            case first if first not in ",:" and not first.isspace():
                piece = _masked_value(piece, hide=hides[-1] or is_personal(key))  # noqa: PLW2901
        if piece in {"{", "[", "}", "]", ","}:
            key = ""
        shown.append(piece)
    return "".join(shown)


def _next(pieces: list[str], place: int) -> str:
    return next((piece for piece in pieces[place + 1 : place + 3] if not piece.isspace()), "")


def _masked_value(piece: str, *, hide: bool) -> str:
    if piece in {"null", "true", "false", '""'}:
        return piece
    is_text = piece.startswith('"')
    if hide:
        return f'"{MASK}"' if is_text else MASK
    if not is_text:
        return piece
    ends = '"' if len(piece) > 1 and piece.endswith('"') else ""
    return f'"{_masked_text(piece[1 : len(piece) - len(ends)])}{ends}'


def _masked_pairs(body: str) -> str:
    def pair(found: re.Match[str]) -> str:
        before, key, value = found.groups()
        hidden = value and is_personal(unquote_plus(key))
        return f"{before}{key}={MASK if hidden else _masked_text(value)}"

    return _PAIR.sub(pair, body)


def _masked_line(found: re.Match[str]) -> str:
    return f"{found[1]}: {MASK}" if is_personal(found[1]) else found[0]


def _masked_text(text: str) -> str:
    if _INSTANT_OR_ID.match(text):
        return text
    text = _MAIL.sub(MASK, text)
    return _PHONE.sub(lambda found: found[0] if _is_no_phone(found[0]) else MASK, text)


def _is_no_phone(text: str) -> bool:
    """Instants, and whole numbers that are written without anything between: ids, amounts, lengths."""
    return bool(_INSTANT_OR_ID.match(text.strip())) or bool(re.match(r"^\d{4}-\d\d-\d\d\b", text))
