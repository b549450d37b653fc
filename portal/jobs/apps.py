from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "portal.jobs"

    def ready(self) -> None:
        from portal.celery import app

        app.set_default()  # so that tasks called from web processes know their broker
        autodiscover_modules("tasks")  # web processes too know every kind of job
