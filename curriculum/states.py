"""What a day of training can be for a trainee. Imports nothing but Django."""

from django.db import models
from django.utils.translation import pgettext_lazy


class ExcuseKind(models.TextChoices):
    """Reasons that count as attended (출석인정), each with its evidence (domain.md 2)."""

    ILLNESS = "illness", pgettext_lazy("excuse", "Illness (certificate naming the disease)")
    INTERVIEW = "interview", pgettext_lazy("excuse", "Job interview (confirmation)")
    EXAM = "exam", pgettext_lazy("excuse", "Examination (confirmation)")
    RESERVE = "reserve", pgettext_lazy("excuse", "Reserve or civil defence training (certificate)")
    VOTING = "voting", pgettext_lazy("excuse", "Voting (confirmation)")
    FAMILY = "family", pgettext_lazy("excuse", "Wedding or funeral in the family")
