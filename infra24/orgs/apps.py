from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "infra24.orgs"
