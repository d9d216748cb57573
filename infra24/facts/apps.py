from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "infra24.facts"
