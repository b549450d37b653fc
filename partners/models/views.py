"""Views of the register that somebody keeps under a name: an address, own or shared with the own office."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.common.models import HostOwned
from portal.common.prepared import per_role

if TYPE_CHECKING:
    from portal.accounts.models import User


class RegisterViewQuerySet(models.QuerySet["RegisterView"]):
    def visible_to(self, user: "User") -> "RegisterViewQuerySet":
        """One's own in the present office, and those that colleagues share."""
        return self.filter(Q(owner=user.pk) | Q(shared=True), host=user.organization_id)

    def for_menu(self, user: "User") -> "RegisterViewQuerySet":
        """With `is_default`: whether the register opens with it for `user`."""
        default = DefaultView.objects.filter(view=OuterRef("pk"), owner=user.pk)
        return self.annotate(is_default=Exists(default)).order_by("name", "pk")

    def for_list(self, user: "User") -> "RegisterViewQuerySet":
        return self.for_menu(user).select_related("owner")


@per_role
def menu_of(reader: "User") -> RegisterViewQuerySet:
    """The views that stand above the register for a reader, at each look at it."""
    return RegisterView.objects.visible_to(reader).for_menu(reader)


class RegisterView(HostOwned):
    """Filters, columns and sort of the register as the query of an address; what it shows is asked anew each time.

    `host` is the office in which it is used; a reader sees through it no more than through any other address.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=60)
    query = models.TextField()
    shared = models.BooleanField(_("shared with the office"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RegisterViewQuerySet.as_manager()
    is_default: bool  # only where `for_list` says so

    class Meta:
        verbose_name = _("saved view")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["id", "host"], name="register_view_host_key"),
            models.UniqueConstraint(fields=["owner", "host", "name"], name="one_view_per_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The register as the view shows it."""
        query = f"{self.query}&view={self.pk}" if self.query else f"view={self.pk}"
        return f"{reverse('partners:agreement-list')}?{query}"


class DefaultView(HostOwned):
    """With which view the register opens for somebody in an office; no row, with all agreements."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    view = models.ForeignKey(RegisterView, models.CASCADE, related_name="defaults")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "host"], name="one_default_view_each")]

    def __str__(self) -> str:
        return str(self.view)
