"""What can be done to many applications at once, and to which of them. Pure rules; the actions lock, ask and write."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.translation import pgettext_lazy

from cohorts.states import CAN_WITHDRAW, RECEIVED, ApplicationState

UNDO_WITHIN = timedelta(minutes=30)
MOST = 5_000  # applications in one action

A = ApplicationState


class BulkVerb(models.TextChoices):
    OVERRULE = "overrule", pgettext_lazy("bulk", "Find eligible after all")
    TURN_DOWN = "turn_down", pgettext_lazy("bulk", "Turn down")
    SET_TRACK = "set_track", pgettext_lazy("bulk", "Move to another track")
    WITHDRAW = "withdraw", pgettext_lazy("bulk", "Withdraw for the applicants")
    WRITE = "write", pgettext_lazy("bulk", "Write a mail")


class Obstacle(models.TextChoices):
    STATE = "state", pgettext_lazy("bulk", "not possible in this state")
    SAME = "same", pgettext_lazy("bulk", "is there already")
    PREPARED = "prepared", pgettext_lazy("bulk", "a selection is prepared; release or discard it first")
    CHANGED = "changed", pgettext_lazy("bulk", "changed by somebody since")
    OFFERED = "offered", pgettext_lazy("bulk", "a seat went to somebody behind since")
    APPLIED = "applied", pgettext_lazy("bulk", "has applied again since")
    SENT = "sent", pgettext_lazy("bulk", "the mail has gone already")


V = BulkVerb
FROM: dict[str, tuple[str, ...]] = {
    V.OVERRULE: (A.INELIGIBLE,),
    V.TURN_DOWN: (A.SUBMITTED,),
    V.SET_TRACK: (A.SUBMITTED, A.INELIGIBLE),
    V.WITHDRAW: tuple(state for state in CAN_WITHDRAW if state in (A.SUBMITTED, A.WAITLISTED)),
    V.WRITE: RECEIVED,
}
BECOMES: dict[str, ApplicationState] = {V.OVERRULE: A.SUBMITTED, V.TURN_DOWN: A.REJECTED, V.WITHDRAW: A.WITHDRAWN}
HELD_BY_A_SELECTION = (V.OVERRULE, V.TURN_DOWN, V.SET_TRACK)  # what a prepared selection counts on


@dataclass(frozen=True)
class Now:
    """How an application stands."""

    state: str
    track: int | None
    prepared: bool  # a selection of its cohort waits for its release


def obstacle(verb: str, now: Now, *, track: int | None = None) -> Obstacle | None:
    """Why this cannot be done to an application; None: it can. `track`: where SET_TRACK moves it."""
    if now.state not in FROM[verb]:
        return Obstacle.STATE
    if verb in HELD_BY_A_SELECTION and now.prepared:
        return Obstacle.PREPARED
    if verb == V.SET_TRACK and now.track == track:
        return Obstacle.SAME
    return None
