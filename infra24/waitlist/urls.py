"""Addresses of the waitlist: people's own, and the staff's."""

from django.urls import path

from infra24.waitlist.views import own, staff

ENTRY = "o/<slug:org>/waitlist/<uuid:entry_id>"
ADMIN = "o/<slug:org>/admin/waitlist"

urlpatterns = [
    path("o/<slug:org>/waitlist/join", own.join, name="waitlist_join"),
    path(ENTRY, own.entry, name="waitlist_entry"),
    path(f"{ENTRY}/accept", own.accept, name="waitlist_accept"),
    path(f"{ENTRY}/pass", own.pass_on, name="waitlist_pass"),
    path(f"{ENTRY}/edit", own.edit, name="waitlist_edit"),
    path(f"{ENTRY}/withdraw", own.withdraw, name="waitlist_withdraw"),
    path(ADMIN, staff.waitlist, name="waitlist"),
    path(f"{ADMIN}/terms", staff.terms, name="waitlist_terms"),
]
