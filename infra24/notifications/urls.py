"""Addresses of mails: those of a demo, the organisation's texts, what people want no more, what mail services tell."""

from django.urls import path

from infra24.notifications.views import kept, services, stopping, texts, wishes

urlpatterns = [
    path("dev/mail", kept.mails, name="mails"),
    path("dev/mail/<slug:mail_id>", kept.mail, name="mail"),
    path("dev/mail/<slug:mail_id>/html", kept.mail_html, name="mail_html"),
    path("dev/mail/<slug:mail_id>/<int:number>", kept.attachment, name="mail_attachment"),
    path("anymail/<slug:service>/tracking/", services.tracking, name="mail_tracking"),
    path("o/<slug:org>/mail/<str:secret>", stopping.stop, name="mail_stop"),
    path("o/<slug:org>/my/mails", wishes.my_mails, name="my_mails"),
    path("o/<slug:org>/admin/mails", texts.messages_page, name="mail_texts"),
    path("o/<slug:org>/admin/mails/troubles/<uuid:trouble_id>/clear", texts.clear_trouble, name="mail_trouble_clear"),
    path("o/<slug:org>/admin/mails/<slug:message>", texts.message_page, name="mail_text"),
    path("o/<slug:org>/admin/mails/<slug:message>/picture", texts.picture, name="mail_picture"),
    path("o/<slug:org>/admin/mails/<slug:message>/reset", texts.reset, name="mail_reset"),
    path("o/<slug:org>/admin/mails/<slug:message>/test", texts.test, name="mail_test"),
    path("o/<slug:org>/admin/mails/<slug:message>/switch", texts.switch, name="mail_switch"),
]
