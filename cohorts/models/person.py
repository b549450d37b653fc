"""A person, with or without an account."""

from typing import TYPE_CHECKING

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from portal.accounts.roles import HOST_STAFF, Role
from portal.common.models import HostOwned

if TYPE_CHECKING:
    from portal.accounts.models import User


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: "User") -> "PersonQuerySet":
        if user.role == Role.ADMIN:
            return self
        if user.role in HOST_STAFF:
            return self.filter(host=user.organization_id)
        if user.role == Role.TRAINEE:
            return self.filter(user=user.pk)
        return self.none()


class Person(HostOwned):
    """Somebody who has applied at a host, once or over several years and programmes.

    Each host answers for its own record of a person; the account joins them. Somebody who
    came by a spreadsheet has no account until claiming the record by invitation.
    """

    class Sex(models.TextChoices):
        FEMALE = "f", _("female")
        MALE = "m", _("male")

    user = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="persons")
    name = models.CharField(_("name"), max_length=50)
    birth_date = models.DateField(_("date of birth"))
    sex = models.CharField(_("sex"), max_length=1, choices=Sex.choices, blank=True)
    mobile = models.CharField(_("mobile telephone"), max_length=13)
    email = models.EmailField(_("e-mail address"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="person_host_key"),
            models.UniqueConstraint(fields=["host", "email"], name="one_person_per_address_and_host"),
            models.UniqueConstraint(fields=["host", "user"], condition=Q(user__isnull=False), name="one_person_each"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="person_email_lower_case"),
        ]
        indexes = [
            models.Index(fields=["host", "name", "birth_date"]),
            # A search by a part of the name or address reads these two and no person besides.
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="person_name_part"),
            GinIndex(fields=["email"], opclasses=["gin_trgm_ops"], name="person_email_part"),
        ]

    def __str__(self) -> str:
        return self.name
