"""The table of reactions holds only what exists."""

from infra24.config.subscriptions import REACTIONS
from infra24.facts.catalogue import CATALOGUE


def test_every_subscription_names_a_known_fact_and_a_known_handler() -> None:
    unknown_facts = set(REACTIONS.subscriptions) - set(CATALOGUE)
    named = {handler for row in REACTIONS.subscriptions.values() for handler in row.values()}
    assert (unknown_facts, named - set(REACTIONS.handlers) - set(REACTIONS.senders)) == (set(), set())


def test_handler_names_are_an_app_and_a_verb_and_fit_their_column() -> None:
    wrong = [name for name in {*REACTIONS.handlers, *REACTIONS.senders} if len(name) > 60 or name.count(".") != 1]
    assert wrong == []
