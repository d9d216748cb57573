"""Sentences of pure rules as JSON keeps them: with the parts they were made of, to be said in any language later."""

from datetime import date, timedelta
from typing import Any

from infra24.core.wording import Hours, Sentence

SAID, LENGTH, HOURS, DAY = "said", "seconds", "hours", "day"


def kept(value: Any) -> Any:
    """A sentence, or a value in one, as plain JSON."""
    match value:
        case Sentence():
            return {SAID: value.template, "with": {name: kept(each) for name, each in value.values.items()}}
        case timedelta():
            return {LENGTH: int(value.total_seconds())}
        case Hours():
            return {HOURS: [list(span) for span in value.spans]}
        case date():
            return {DAY: value.isoformat()}
    return value


def recalled(value: Any) -> Any:
    """`kept` backwards."""
    match value:
        case {"said": str(template), "with": dict(values)}:
            return Sentence(template, {name: recalled(each) for name, each in values.items()})
        case {"seconds": int(seconds)}:
            return timedelta(seconds=seconds)
        case {"hours": list(spans)}:
            return Hours(tuple((opens, closes) for opens, closes in spans))
        case {"day": str(day)}:
            return date.fromisoformat(day)
    return value
