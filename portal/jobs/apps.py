from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "portal.jobs"

    def ready(self) -> None:
        from portal.celery import app

        app.set_default()  # so that tasks called from web processes know their broker
