from django.apps import AppConfig


class ErasureConfig(AppConfig):
    name = "infra24.erasure"
