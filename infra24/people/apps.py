from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "infra24.people"
