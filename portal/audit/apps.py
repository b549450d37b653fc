from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    name = "portal.audit"

    def ready(self) -> None:
        autodiscover_modules("history")  # each app says its verbs in words
