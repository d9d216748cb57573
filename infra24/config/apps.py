from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "infra24.config"
