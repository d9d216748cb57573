"""Pages about webhooks. For admins."""

from infra24.webhooks.views.acting import (
    end_webhook_secret,
    pause_webhook,
    prove_webhook,
    remove_webhook,
    resume_webhook,
    test_webhook,
)
from infra24.webhooks.views.showing import (
    edit_webhook,
    new_webhook,
    rotate_webhook_secret,
    webhook,
    webhooks,
)

__all__ = [
    "edit_webhook",
    "end_webhook_secret",
    "new_webhook",
    "pause_webhook",
    "prove_webhook",
    "remove_webhook",
    "resume_webhook",
    "rotate_webhook_secret",
    "test_webhook",
    "webhook",
    "webhooks",
]
