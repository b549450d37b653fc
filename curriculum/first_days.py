"""Whether the first days confirm a registration (S16 #112: at least 3 of the first 5; domain.md 1, waitlist)."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Standing(models.TextChoices):
    OPEN = "open", pgettext_lazy("first days", "Not decided yet")
    LAST_CHANCE = "last_chance", pgettext_lazy("first days", "May miss no more day")
    CONFIRMED = "confirmed", pgettext_lazy("first days", "Confirmed")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("first days", "Not confirmed")


def standing(came: int, held: int, *, needed: int, window: int) -> Standing:
    """`came`: days attended of the `held` ones, both of the first `window` days of one's own.

    It is said as soon as it is certain; with `needed` 0 everybody is confirmed.
    """
    to_come = max(window - held, 0)
    if came >= needed:
        return Standing.CONFIRMED
    if came + to_come < needed:
        return Standing.UNCONFIRMED
    return Standing.LAST_CHANCE if came + to_come == needed and came < held else Standing.OPEN
