"""A file of rows on its way in: received, read, shown row by row, applied as a whole or put aside."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.common.models import HostOwned, StoredFile


class FileImport(HostOwned, StoredFile):
    """An uploaded file of rows. Nothing of it counts before it is applied."""

    class State(models.TextChoices):
        READING = "reading", pgettext_lazy("import", "Being read")
        UNREADABLE = "unreadable", pgettext_lazy("import", "Cannot be read")
        PREVIEW = "preview", pgettext_lazy("import", "Ready to be checked")
        APPLYING = "applying", pgettext_lazy("import", "Being applied")
        APPLIED = "applied", pgettext_lazy("import", "Applied")
        DISCARDED = "discarded", pgettext_lazy("import", "Discarded")

    NAME = ""  # in the keys of its jobs: read-<name>:7

    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.READING)
    problem = models.TextField(_("problem"), blank=True)
    notes = models.JSONField(default=list)
    counts = models.JSONField(default=dict)  # rows by what becomes of them
    applied_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_at_work(self) -> bool:
        """A job reads or applies it."""
        return self.state in (self.State.READING, self.State.APPLYING)

    @property
    def job_key(self) -> str:
        """The key of the job that works on it now, or did last."""
        applied = self.state in (self.State.APPLYING, self.State.APPLIED)
        return f"apply-{self.NAME}:{self.pk}" if applied else f"read-{self.NAME}:{self.pk}"

    @property
    def takes_anything(self) -> bool:
        return bool(self.counts.get("new", 0) + self.counts.get("changed", 0))
