"""What somebody with a seat still lacks before they can be enrolled. A pure rule."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import pgettext_lazy


class Lack(models.TextChoices):
    PLEDGE = "pledge", pgettext_lazy("lack", "agreement to the rules")
    ANSWER = "answer", pgettext_lazy("lack", "answer on double benefit")
    DOUBLE_BENEFIT = "double_benefit", pgettext_lazy("lack", "double benefit to settle")


@dataclass(frozen=True)
class Facts:
    needs_pledge: bool
    asks_double_benefit: bool
    pledged: bool
    other_training: bool | None  # None: not asked, or not answered
    settled: bool


def lacks(facts: Facts) -> list[Lack]:
    """Empty: ready to be enrolled. Double benefit is settled before the enrolment (S1 art. 4 ② 6)."""
    found = [Lack.PLEDGE] if facts.needs_pledge and not facts.pledged else []
    if facts.asks_double_benefit and facts.other_training is None:
        found.append(Lack.ANSWER)
    elif facts.asks_double_benefit and facts.other_training and not facts.settled:
        found.append(Lack.DOUBLE_BENEFIT)
    return found
