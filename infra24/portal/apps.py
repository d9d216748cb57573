from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "infra24.portal"
