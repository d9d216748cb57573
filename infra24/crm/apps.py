from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "infra24.crm"
