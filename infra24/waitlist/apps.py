from django.apps import AppConfig


class WaitlistConfig(AppConfig):
    name = "infra24.waitlist"
