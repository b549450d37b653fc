"""Organizations: registered once, shared by all agreements."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partners.models import Organization
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

FIELDS = ("key", "kind", "name", "name_en", "region", "parent", "business_number", "contact")


@transaction.atomic
def register_organization(*, by: User | None, **values: Any) -> Organization:
    _refuse_same_name(values["kind"], values["name"])
    organization = Organization.objects.create(**{name: values[name] for name in FIELDS if name in values})
    audit.record(organization, "organization.registered", by=by, after={"kind": organization.kind})
    return organization


@transaction.atomic
def amend_organization(organization: Organization, *, by: User | None, **values: Any) -> Organization:
    organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    changed = [name for name in FIELDS if name in values and getattr(organization, name) != values[name]]
    if not changed:
        return organization
    for name in changed:
        setattr(organization, name, values[name])
    _refuse_same_name(organization.kind, organization.name, but=organization)
    _refuse_circle(organization)
    organization.save(update_fields=changed)
    audit.record(organization, "organization.amended", by=by, after={"fields": changed})
    return organization


def _refuse_same_name(kind: str, name: str, but: Organization | None = None) -> None:
    same = Organization.objects.filter(kind=kind, name=name).first()
    if same and same != but:
        raise ActionRefused(_("There is an organization of this name already."), "name")


def _refuse_circle(organization: Organization) -> None:
    above, seen = organization.parent, {organization.pk}
    while above:
        if above.pk in seen:
            raise ActionRefused(_("An organization cannot belong to itself."), "parent")
        seen.add(above.pk)
        above = above.parent
