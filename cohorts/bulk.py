"""What can be done to many applications at once, and to which of them. Pure rules; the actions lock, ask and write."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.translation import pgettext_lazy

from cohorts.states import CAN_WITHDRAW, IN_SELECTION, RECEIVED, TAKES_SUPPLEMENTS, ApplicationState

UNDO_WITHIN = timedelta(minutes=30)
MAIL_AFTER = UNDO_WITHIN + timedelta(minutes=1)  # an undo that is asked for in the last second still comes first
MOST = 5_000  # applications in one action

A = ApplicationState


class BulkVerb(models.TextChoices):
    OVERRULE = "overrule", pgettext_lazy("bulk", "Find eligible after all")
    TURN_DOWN = "turn_down", pgettext_lazy("bulk", "Turn down")
    SET_TRACK = "set_track", pgettext_lazy("bulk", "Move to another track")
    WITHDRAW = "withdraw", pgettext_lazy("bulk", "Withdraw for the applicants")
    ASK = "ask", pgettext_lazy("bulk", "Ask for documents")
    INVITE = "invite", pgettext_lazy("bulk", "Invite to the interview")
    WRITE = "write", pgettext_lazy("bulk", "Write a mail")


class Obstacle(models.TextChoices):
    STATE = "state", pgettext_lazy("bulk", "not possible in this state")
    SAME = "same", pgettext_lazy("bulk", "is there already")
    PREPARED = "prepared", pgettext_lazy("bulk", "a selection is prepared; release or discard it first")
    CHANGED = "changed", pgettext_lazy("bulk", "changed by somebody since")
    OFFERED = "offered", pgettext_lazy("bulk", "a seat went to somebody behind since")
    APPLIED = "applied", pgettext_lazy("bulk", "has applied again since")
    SENT = "sent", pgettext_lazy("bulk", "the mail has gone already")
    OPEN = "open", pgettext_lazy("bulk", "the applicant can still change the application")
    ASKED = "asked", pgettext_lazy("bulk", "documents are asked for already")
    BOOKED = "booked", pgettext_lazy("bulk", "has chosen a time already")


V = BulkVerb
FROM: dict[str, tuple[str, ...]] = {
    V.OVERRULE: (A.INELIGIBLE,),
    V.TURN_DOWN: (A.SUBMITTED,),
    V.SET_TRACK: (A.SUBMITTED, A.INELIGIBLE),
    V.WITHDRAW: tuple(state for state in CAN_WITHDRAW if state in (A.SUBMITTED, A.WAITLISTED)),
    V.ASK: TAKES_SUPPLEMENTS,
    V.INVITE: IN_SELECTION,
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
    open: bool = False  # its person may still change it
    asked: bool = False  # documents are asked for and have not come
    booked: bool = False  # has a time for the interview
    book_until: str | None = None  # a time can be chosen until then; None: not invited


def obstacle(verb: str, now: Now, *, track: int | None = None, book_until: str | None = None) -> Obstacle | None:
    """Why this cannot be done to an application; None: it can.

    `track`: where SET_TRACK moves it; `book_until`: until when INVITE lets its person choose.
    """
    if now.state not in FROM[verb]:
        return Obstacle.STATE
    if verb in HELD_BY_A_SELECTION and now.prepared:
        return Obstacle.PREPARED
    if verb == V.SET_TRACK and now.track == track:
        return Obstacle.SAME
    if verb == V.ASK:
        return Obstacle.OPEN if now.open else Obstacle.ASKED if now.asked else None
    if verb == V.INVITE and now.booked:
        return Obstacle.BOOKED
    if verb == V.INVITE and book_until and now.book_until == book_until:
        return Obstacle.SAME
    return None
