"""Setting up webhooks, proving them, and ending those that do not work."""

from infra24.webhooks.services.endpoints import (
    EndpointWish,
    add_endpoint,
    change_endpoint,
    remove_endpoint,
    reseal_secrets,
)
from infra24.webhooks.services.life import disable_endpoint, look_after, pause_endpoint, resume_endpoint
from infra24.webhooks.services.secrets import end_previous_secret, rotate_secret
from infra24.webhooks.services.testing import ask_for_proof, ask_for_test, note_answer
from infra24.webhooks.services.watching import keep_watch, next_look

__all__ = [
    "EndpointWish",
    "add_endpoint",
    "ask_for_proof",
    "ask_for_test",
    "change_endpoint",
    "disable_endpoint",
    "end_previous_secret",
    "keep_watch",
    "look_after",
    "next_look",
    "note_answer",
    "pause_endpoint",
    "remove_endpoint",
    "reseal_secrets",
    "resume_endpoint",
    "rotate_secret",
]
