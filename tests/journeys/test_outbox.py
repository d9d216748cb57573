"""A CRM that refuses: staff find the one cause of many failures, mend it, try all again, and see it well."""

from django.utils import timezone
from playwright.sync_api import Browser, expect

from infra24.orgs.policies import Role
from infra24.outbox import replaying
from infra24.outbox.failures import Rejected
from infra24.outbox.reactions import Reactions
from tests import make
from tests.journeys.browser import visitor
from tests.outbox.story import Story, confirmed, crm_of


def test_failures_of_one_cause_are_tried_again_together(live: str, chromium: Browser) -> None:
    cast = make.cast(alice=Role.MANAGER)
    crm_of(cast.house)
    story = Story()
    story.reactions = Reactions(
        subscriptions=story.reactions.subscriptions,
        handlers={**story.reactions.handlers, replaying.TIMER: replaying.go_on},
    )
    for _number in range(3):
        confirmed(cast.house)
    story.answers = [Rejected(f"Contact {number} has no last name.") for number in (4711, 12, 9)]
    story.run()

    with visitor(chromium, live, member=cast.alice) as alice:
        page = alice.open("/o/oolite/admin/outbox")
        card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Boomerang"))
        expect(card).to_contain_text("Needs somebody")
        expect(card).to_contain_text("Failed for good: 3.")
        alice.picture("outbox-red")

        page.get_by_role("link", name="Failed, by cause").click()
        expect(page.get_by_role("heading", name="3 to Boomerang")).to_be_visible()
        alice.picture("outbox-failed")
        page.get_by_role("link", name="Try all again").click()
        expect(page.get_by_role("heading", name="3 would go out again")).to_be_visible()
        alice.picture("outbox-replay-new")
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("0 of 3 went out again")).to_be_visible()

        # The clock's round comes, and the relay's after it; the page asks how far it is by itself.
        story.clock.now = timezone.now()
        story.run()
        expect(page.get_by_text("3 of 3 went out again")).to_be_visible(timeout=15_000)
        expect(page.get_by_role("button", name="Stop")).to_have_count(0)
        alice.picture("outbox-replay-done")

        page = alice.open("/o/oolite/admin/outbox")
        expect(card).to_contain_text("All is well")
        expect(page.get_by_role("row").filter(has_text="Delivered")).to_have_count(3)
        alice.picture("outbox-green")
