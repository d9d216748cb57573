"""Writes: one function per use case, one transaction."""

from infra24.waitlist.services.answering import accept_offer, pass_offer
from infra24.waitlist.services.ending import expire_entry, overdue, withdraw_entry
from infra24.waitlist.services.joining import EntryChange, WaitWish, change_entry, join_waitlist
from infra24.waitlist.services.offering import CameTooLate, free_again, offer_next, settle_offers
from infra24.waitlist.services.terms import set_terms

__all__ = [
    "CameTooLate",
    "EntryChange",
    "WaitWish",
    "accept_offer",
    "change_entry",
    "expire_entry",
    "free_again",
    "join_waitlist",
    "offer_next",
    "overdue",
    "pass_offer",
    "set_terms",
    "settle_offers",
    "withdraw_entry",
]
