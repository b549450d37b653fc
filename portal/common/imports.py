"""A file of rows on its way in: received, read, shown row by row, applied as a whole or put aside.

A roster, the results of a test and an old register come in this way. What each of them is, who may send it and what
applying it means, is its own app's; here is the way itself. `lines` are its rows, each with what becomes of it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Self, cast

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.common.exceptions import ActionRefused
from portal.common.models import HostOwned, StoredFile
from portal.common.spreadsheets import Table, UnreadableFile, read_table

LINES_AT_ONCE = 2_000


class FileImport(HostOwned, StoredFile):
    """An uploaded file of rows. Nothing of it counts before it is applied.

    What changes its state is called inside an action's transaction; the action leaves the event.
    """

    lines: Any  # of a model with `number` and `change`, and perhaps `outcome`

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
    # How often applying it was refused: whoever had confirmed it had lost the role.
    refusals = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_at_work(self) -> bool:
        """A job reads or applies it."""
        return self.state in (self.State.READING, self.State.APPLYING)

    @property
    def job_key(self) -> str:
        """The key of the job that works on it now, or did last; another one each time that somebody confirms again."""
        if self.state not in (self.State.APPLYING, self.State.APPLIED):
            return f"read-{self.NAME}:{self.pk}"
        key = f"apply-{self.NAME}:{self.pk}"
        return f"{key}:{self.refusals}" if self.refusals else key

    @property
    def takes_anything(self) -> bool:
        return bool(self.counts.get("new", 0) + self.counts.get("changed", 0))

    def locked(self, *states: str) -> Self:
        """The fresh row, locked; refused in other states: of two who decide, the second is told so."""
        found = type(self)._default_manager.select_for_update(no_key=True).get(pk=self.pk)
        if found.state not in states:
            raise ActionRefused(_("This file is no longer waiting for a decision."))
        return found

    def read(
        self, looks_like_header: Callable[[Sequence[str]], bool], judge: Callable[[Table], list[Any]], *also: str
    ) -> None:
        """Its lines, as `judge` makes them of the table; a file that cannot be read says what to do.

        `also`: columns that `judge` has set.
        """
        try:
            with self.file.open("rb") as file:
                table = read_table(cast("BinaryIO", file), looks_like_header=looks_like_header)
            lines = judge(table)
        except UnreadableFile as refusal:
            self.state, self.problem = self.State.UNREADABLE, str(refusal.sentence)
            self.save(update_fields=["state", "problem"])
            return
        self.lines.all().delete()
        self.lines.model.objects.bulk_create(lines, batch_size=LINES_AT_ONCE)
        self.state, self.notes, self.counts = self.State.PREVIEW, list(table.notes), tally(lines)
        self.save(update_fields=["state", "notes", "counts", *also])

    def begin_to_apply(self) -> None:
        """Somebody has said yes to the preview; a job does it."""
        if not self.takes_anything:
            raise ActionRefused(_("Everything in this file is already on record: 0 changes."))
        self.state = self.State.APPLYING
        self.save(update_fields=["state"])

    def give_back(self) -> None:
        """Whoever confirmed it has lost the role: another looks at it and decides."""
        self.state = self.State.PREVIEW
        self.refusals += 1
        self.save(update_fields=["state", "refusals"])

    def put_aside(self) -> None:
        """Its rows, with what they say of people, are deleted."""
        self.lines.all().delete()
        self.state = self.State.DISCARDED
        self.save(update_fields=["state"])

    def end_applied(self) -> None:
        self.state, self.applied_at = self.State.APPLIED, timezone.now()
        self.save(update_fields=["state", "applied_at"])


def tally(lines: Sequence[Any]) -> dict[str, int]:
    """How many rows there are, of each outcome, and of each change among those that are taken."""
    outcomes = Counter(str(line.outcome) for line in lines if hasattr(line, "outcome"))
    changes = Counter(str(line.change) for line in lines if line.change != "none")
    return {**outcomes, **changes, "rows": len(lines)}
