from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "infra24.webhooks"
