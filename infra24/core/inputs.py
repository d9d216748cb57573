"""What the API takes."""

from pydantic import BaseModel


class Input(BaseModel, extra="forbid"):
    """A body whose fields are all known. Not ninja's `Schema`, which is made to read models, and would look twice."""
