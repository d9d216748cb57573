"""Sort keys computed in Python: the same order on every PostgreSQL, whatever its locale."""

import unicodedata


def sort_key(name: str) -> str:
    """The name without case and accents, spaces collapsed; at most 240 characters."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.split())[:240]
