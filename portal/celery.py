"""The Celery app and its whole schedule: one sweep, from which all other work follows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def schedule(sender: Celery, **kwargs: object) -> None:
    from django.conf import settings

    from portal.jobs.tasks import sweep

    every = settings.JOBS_SWEEP_SECONDS
    sender.add_periodic_task(every, sweep.s(), name="jobs.sweep", expires=every)
