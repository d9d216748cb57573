from django.apps import AppConfig


class InvariantsConfig(AppConfig):
    name = "infra24.invariants"
