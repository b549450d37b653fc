"""The Celery app and its whole schedule: one sweep, from which all other work follows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_configure.connect
def schedule(sender: Celery, **kwargs: object) -> None:
    """The sweep by its name: beat asks before Django is set up, when its module cannot be imported yet."""
    from django.conf import settings

    every = settings.JOBS_SWEEP_SECONDS
    sweep = {"task": "portal.jobs.tasks.sweep", "schedule": every, "options": {"expires": every}}
    sender.conf.beat_schedule = {"jobs.sweep": sweep}
