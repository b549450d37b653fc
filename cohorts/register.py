"""What the register of agreements shows of cohorts."""

from typing import TYPE_CHECKING

from django.db.models import F
from django.db.models.expressions import Combinable
from django.utils.translation import pgettext_lazy

from cohorts.models import Cohort
from partners.columns import RegisterColumn, add, joined

if TYPE_CHECKING:
    from portal.accounts.models import User


def cohorts(user: "User") -> dict[str, Combinable]:
    """The names of the cohorts under an agreement, as far as the reader sees cohorts."""
    seen = Cohort.objects.visible_to(user)
    return {"shown_cohorts": joined(seen, F("name"), by="programme__agreement", ordering="starts_on")}


add(
    RegisterColumn(
        "cohorts", pgettext_lazy("register", "Cohorts under it"), "promises", parts=cohorts, kind="long"
    )
)  # fmt: skip
