"""The forms of the waitlist."""

from infra24.waitlist.forms.answers import AnswerForm, FilterForm, TermsForm, WithdrawForm
from infra24.waitlist.forms.wishes import ChangeForm, JoinForm, prefilled

__all__ = ["AnswerForm", "ChangeForm", "FilterForm", "JoinForm", "TermsForm", "WithdrawForm", "prefilled"]
