"""Addresses of the mails of a demo."""

from django.urls import path

from infra24.notifications import views

urlpatterns = [
    path("dev/mail", views.mails, name="mails"),
    path("dev/mail/<slug:mail_id>", views.mail, name="mail"),
    path("dev/mail/<slug:mail_id>/html", views.mail_html, name="mail_html"),
    path("dev/mail/<slug:mail_id>/<int:number>", views.attachment, name="mail_attachment"),
]
