from django.apps import AppConfig


class FacilitiesConfig(AppConfig):
    name = "infra24.facilities"
