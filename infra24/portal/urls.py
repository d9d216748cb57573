"""Addresses of the installation's own pages, and of the organisation's that several parts share."""

from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from infra24.portal import views

urlpatterns = [
    path("", views.front, name="front"),
    path("language", require_POST(set_language), name="set_language"),
    path("appearance", views.set_theme, name="set_theme"),
    path("admin/calendar", views.my_calendar, name="my_calendar"),
    path("dev/components", views.components, name="components"),
    path("o/<slug:org>/", views.home, name="home"),
    path("o/<slug:org>/theme.css", views.theme_css, name="theme"),
    path("o/<slug:org>/mark.svg", views.mark_svg, name="mark"),
]
