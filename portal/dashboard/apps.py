from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DashboardConfig(AppConfig):
    name = "portal.dashboard"

    def ready(self) -> None:
        autodiscover_modules("history")  # every app says its verbs in words, for the list of all events
