from django.apps import AppConfig


class SignageConfig(AppConfig):
    name = "infra24.signage"
