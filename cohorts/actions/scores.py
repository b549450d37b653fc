"""Points given by reviewers. Blank is not a score; nothing changes once a selection counts on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.models import Application, Score
from cohorts.states import IN_SELECTION, Stage
from portal import audit
from portal.common.exceptions import ActionRefused

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class Given:
    """What a reviewer entered for one stage; points None = not scored."""

    points: Decimal | None
    comment: str = ""


@transaction.atomic
def score_application(application: Application, given: Mapping[Stage, Given], *, by: "User") -> Application:
    """Write down one reviewer's points (0-100) by stage; blank points take an earlier score away.

    Refuses when a selection has been prepared or released: what it counted on stays as it was (domain.md 1).
    """
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    _require_unlocked(application)
    mine = {score.stage: score for score in application.scores.filter(reviewer=by)}
    before = {stage: str(score.points) for stage, score in mine.items()}
    for stage, entry in given.items():
        if entry.points is None:
            application.scores.filter(reviewer=by, stage=stage).delete()
            continue
        Score.objects.update_or_create(
            application=application,
            stage=stage,
            reviewer=by,
            defaults={"host_id": application.host_id, "points": entry.points, "comment": entry.comment},
        )
    after = {score.stage: str(score.points) for score in application.scores.filter(reviewer=by)}
    audit.record(application, "application.scored", by=by, before=before, after=after)
    return application


def _require_unlocked(application: Application) -> None:
    if application.state not in IN_SELECTION:
        raise ActionRefused(
            _("The scores are locked: the application is in the state “%(state)s”.")
            % {"state": application.get_state_display()}
        )
    if application.cohort.selections.filter(released_at=None).exists():
        raise ActionRefused(_("The scores are locked: a selection has been prepared from them."))
