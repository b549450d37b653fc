"""What an applicant has typed and not sent yet (작성 중인 내용)."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cohorts.states import TAKES_APPLICATIONS, TAKES_LATE
from portal.common.models import HostOwned

TYPED_KEPT = timedelta(days=3)  # after the deadline; destroying may take five days (domain.md 6.4)


class TypedAnswersQuerySet(models.QuerySet["TypedAnswers"]):
    def of(self, account: int | None, cohort: int) -> "TypedAnswersQuerySet":
        return self.filter(account=account, cohort=cohort)

    def expired(self, now: datetime) -> "TypedAnswersQuerySet":
        """Nothing can come of them any more: the own deadline passed `TYPED_KEPT` ago, or nothing is taken there."""
        from cohorts.models.extension import Extension

        over = now - TYPED_KEPT
        whose = Q(email=OuterRef("account__email")) | Q(application__person__user=OuterRef("account"))
        longer = Extension.objects.in_force().filter(whose, cohort=OuterRef("cohort"), until__gt=over)
        usual = Q(cohort__state__in=TAKES_APPLICATIONS, cohort__apply_closes_at__gt=over)
        return self.exclude(usual | (Q(cohort__state__in=TAKES_LATE) & Exists(longer)))


class TypedAnswers(HostOwned):
    """What an account has typed at the form of a cohort and what its application does not hold: a page whose button
    was not pressed, a mistake. Read by who typed it alone; it never reaches a history.

    It belongs to the account, since on the first page there is neither a record of a person nor a draft.
    """

    cohort = models.ForeignKey("cohorts.Cohort", models.CASCADE, related_name="typed_answers")
    account = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    pages = models.JSONField(default=dict)  # {page: {field: as it was typed}}
    updated_at = models.DateTimeField(auto_now=True)

    objects = TypedAnswersQuerySet.as_manager()

    class Meta:
        verbose_name = _("typed answers")
        constraints = [models.UniqueConstraint(fields=["cohort", "account"], name="typed_once")]

    def __str__(self) -> str:
        return f"{self.cohort_id} / {self.account_id}"
