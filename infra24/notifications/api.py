"""The API of mails: which there are, in which words, who wants them, which addresses take none."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import P, PathEx, Query, Router

from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag, require_match, seen
from infra24.notifications import queries
from infra24.notifications.composing import html_of
from infra24.notifications.overview import Row, rows_for
from infra24.notifications.own_wishes import own_wishes
from infra24.notifications.policies import Message
from infra24.notifications.previewing import preview
from infra24.notifications.schemas import (
    MailOut,
    MailPatch,
    MailPreviewOut,
    MailTestOut,
    MailTextOut,
    MailTroubleOut,
    MailWishIn,
    MailWishOut,
    MailWordsIn,
    SentMailOut,
    SentMailsQuery,
    mail_out,
    mail_text_out,
    sent_mail_out,
    trouble_out,
    wish_out,
)
from infra24.notifications.sent import told, visible_mails
from infra24.notifications.services import texts
from infra24.notifications.services.testing import ask_for_test
from infra24.notifications.services.troubles import clear_trouble
from infra24.notifications.services.wishes import set_own_wishes
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of

router = Router(tags=["mails"])
OWN_READ = member_auth(scope="bookings:read")
OWN_WRITE = member_auth(scope="bookings:write")
READ = member_auth(Role.STAFF, scope="outbox:read")
WRITE = member_auth(Role.STAFF, scope="outbox:write")
MANAGE = member_auth(Role.MANAGER, scope="outbox:write")
Which = PathEx[str, P(description="Which mail, as in `GET /api/mail/messages`.")]
Language = PathEx[str, P(description="`en` or `es`.")]


@router.get("/mail/messages", response=PageOut[MailOut], auth=READ, summary="Every mail the house sends")
def list_mails(request: MemberRequest) -> dict[str, Any]:
    """All of them at once: `next` is always null."""
    return {"items": [mail_out(row) for row in rows_for(request.member)], "next": None}


@router.get("/mail/messages/{str:message}", response=MailOut, auth=READ, summary="One mail")
def show_mail(request: MemberRequest, message: Which) -> HttpResponse:
    return _mail(request, queries.message_called(message))


@router.patch("/mail/messages/{str:message}", response=MailOut, auth=MANAGE, summary="Switch a mail on or off")
def change_mail(request: MemberRequest, message: Which, body: MailPatch) -> HttpResponse:
    """Only those that need not be sent: an essential one is 409 `mail_essential`."""
    which = queries.message_called(message)
    version = _row(request, which).version
    require_match(request, version)
    texts.switch(
        which,
        is_on=body.is_on,
        by=request.member,
        source=source_of(request),
        version=seen(request, version),
    )
    return _mail(request, which)


@router.get("/mail/texts/{str:message}/{str:language}", response=MailTextOut, auth=READ, summary="What a mail says")
def show_mail_text(request: MemberRequest, message: Which, language: Language) -> HttpResponse:
    return _text(request, *_asked(message, language))


@router.patch(
    "/mail/texts/{str:message}/{str:language}",
    response=MailTextOut,
    auth=MANAGE,
    summary="Say a mail in the organisation's own words",
)
def change_mail_text(request: MemberRequest, message: Which, language: Language, body: MailWordsIn) -> HttpResponse:
    """All four parts at once; one that is left out is said in the house's words."""
    which, language = _asked(message, language)
    version = _version(request, which, language)
    texts.save_text(which, language, body.words, by=request.member, source=source_of(request), version=version)
    return _text(request, which, language)


@router.post(
    "/mail/texts/{str:message}/{str:language}/reset",
    response=MailTextOut,
    auth=MANAGE,
    summary="Go back to the house's words",
)
def reset_mail_text(request: MemberRequest, message: Which, language: Language) -> HttpResponse:
    which, language = _asked(message, language)
    version = _version(request, which, language)
    texts.reset_text(which, language, by=request.member, source=source_of(request), version=version)
    return _text(request, which, language)


@router.post(
    "/mail/texts/{str:message}/{str:language}/preview",
    response=MailPreviewOut,
    auth=READ,
    summary="How a mail would look",
)
def preview_mail(request: MemberRequest, message: Which, language: Language, body: MailWordsIn) -> dict[str, str]:
    """With made-up contents and these words; nothing is saved or sent."""
    which, language = _asked(message, language)
    mail = preview(which, language, organisation=request.organisation, words=body.words, now=timezone.now())
    return {"subject": str(mail.subject), "text": str(mail.body), "html": html_of(mail)}


@router.post(
    "/mail/texts/{str:message}/{str:language}/test",
    response={202: MailTestOut},
    auth=MANAGE,
    summary="Send a mail to oneself",
)
def send_test_mail(request: MemberRequest, message: Which, language: Language) -> Any:
    """In the words in use and with made-up contents, by the way all mails go. A few a minute."""
    which, language = _asked(message, language)
    ask_for_test(which, language, by=request.member, source=source_of(request))
    return 202, {"sent_to": request.member.user.email}


@router.get("/mail/preferences", response=PageOut[MailWishOut], auth=OWN_READ, summary="Which mails I want")
def list_mail_preferences(request: MemberRequest) -> dict[str, Any]:
    """The ones that need not be sent, all at once: `next` is always null."""
    return {"items": [wish_out(row) for row in own_wishes(request.member)], "next": None}


@router.patch(
    "/mail/preferences/{str:message}", response=MailWishOut, auth=OWN_WRITE, summary="Say whether I want a mail"
)
def change_mail_preference(request: MemberRequest, message: Which, body: MailWishIn) -> dict[str, Any]:
    which = queries.message_called(message)
    set_own_wishes(request.member, {which: body.is_wanted}, source=source_of(request))
    return wish_out(next(row for row in own_wishes(request.member) if row.message == which))


@router.get("/mail/troubles", response=PageOut[MailTroubleOut], auth=READ, summary="Addresses that take no mail")
def list_mail_troubles(request: MemberRequest, page: Query[PageQuery]) -> dict[str, Any]:
    found = page_of(
        queries.visible_troubles(request.member), by=("-noted_at", "-id"), limit=page.limit, cursor=page.cursor
    )
    return {"items": [trouble_out(row) for row in found.items], "next": found.next}


@router.post(
    "/mail/troubles/{uuid:trouble_id}/clear",
    response=MailTroubleOut,
    auth=WRITE,
    summary="Let mail go to an address again",
)
def clear_mail_trouble(request: MemberRequest, trouble_id: UUID) -> dict[str, Any]:
    found = queries.trouble_for(request.member, trouble_id)
    return trouble_out(clear_trouble(found, by=request.member, source=source_of(request)))


@router.get("/mail/sent", response=PageOut[SentMailOut], auth=READ, summary="Mails that went out, the newest first")
def list_sent_mails(request: MemberRequest, asked: Query[SentMailsQuery]) -> dict[str, Any]:
    mails = visible_mails(request.member, subject_id=asked.subject, recipient=asked.recipient)
    found = page_of(mails, by=("-begun_at", "-id"), limit=asked.limit, cursor=asked.cursor)
    return {"items": [sent_mail_out(mail) for mail in told(found.items, viewer=request.member)], "next": found.next}


def _asked(message: str, language: str) -> tuple[Message, str]:
    """Raises MessageNotFound, LanguageUnknown."""
    return queries.message_called(message), queries.require_language(language)


def _version(request: MemberRequest, message: Message, language: str) -> int | None:
    """The version the caller has seen, if they say so. Raises Stale."""
    own = queries.own_text(request.member.org_id, message, language)
    version = own.version if own else 1
    require_match(request, version)
    return seen(request, version)


def _row(request: MemberRequest, message: Message) -> Row:
    return next(row for row in rows_for(request.member) if row.message == message)


def _mail(request: MemberRequest, message: Message) -> HttpResponse:
    row = _row(request, message)
    return _answer(mail_out(row), version=row.version)


def _text(request: MemberRequest, message: Message, language: str) -> HttpResponse:
    own = queries.own_text(request.member.org_id, message, language)
    body = mail_text_out(message, language, own, queries.house_text(message, language))
    return _answer(body, version=own.version if own else 1)


def _answer(body: object, *, version: int) -> HttpResponse:
    response = HttpResponse(encode(body), content_type="application/json")
    response["ETag"] = etag(version)
    return response
