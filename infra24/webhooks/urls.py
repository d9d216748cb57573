"""Addresses of the pages about webhooks."""

from django.urls import path

from infra24.webhooks import views

ALL = "o/<slug:org>/admin/webhooks"
ONE = f"{ALL}/<uuid:endpoint_id>"

urlpatterns = [
    path(ALL, views.webhooks, name="webhooks"),
    path(f"{ALL}/new", views.new_webhook, name="webhook_new"),
    path(ONE, views.webhook, name="webhook"),
    path(f"{ONE}/edit", views.edit_webhook, name="webhook_edit"),
    path(f"{ONE}/prove", views.prove_webhook, name="webhook_prove"),
    path(f"{ONE}/test", views.test_webhook, name="webhook_test"),
    path(f"{ONE}/secret", views.rotate_webhook_secret, name="webhook_secret"),
    path(f"{ONE}/secret/end", views.end_webhook_secret, name="webhook_secret_end"),
    path(f"{ONE}/pause", views.pause_webhook, name="webhook_pause"),
    path(f"{ONE}/resume", views.resume_webhook, name="webhook_resume"),
    path(f"{ONE}/remove", views.remove_webhook, name="webhook_remove"),
]
