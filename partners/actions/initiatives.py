"""Initiatives and alliances: registered, amended, and which agreements are part of them."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partners.models import Agreement, Initiative, Organization
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

FIELDS = ("key", "name", "lead", "since", "purpose")


@transaction.atomic
def register_initiative(*, by: User | None, name: str, lead: Organization, **values: Any) -> Initiative:
    """A wider plan or an alliance (동맹), led by an organization."""
    try:
        with transaction.atomic():
            initiative = Initiative.objects.create(**_known({"name": name, "lead": lead} | values))
    except IntegrityError:
        raise _named_already() from None
    audit.record(initiative, "initiative.registered", by=by, after={"lead": lead.pk})
    return initiative


@transaction.atomic
def amend_initiative(initiative: Initiative, *, by: User | None, **values: Any) -> Initiative:
    initiative = Initiative.objects.select_for_update().get(pk=initiative.pk)
    changed = [name for name, value in _known(values).items() if getattr(initiative, name) != value]
    for name in changed:
        setattr(initiative, name, values[name])
    try:
        with transaction.atomic():
            initiative.save(update_fields=changed)
    except IntegrityError:
        raise _named_already() from None
    if changed:
        audit.record(initiative, "initiative.amended", by=by, after={"fields": ", ".join(changed)})
    return initiative


@transaction.atomic
def join_initiative(agreement: Agreement, *, by: User | None, initiative: Initiative) -> Agreement:
    """From now on the agreement is part of it, and its commitments add up there."""
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if agreement.initiatives.filter(pk=initiative.pk).exists():
        raise ActionRefused(_("This agreement is part of it already."), "number")
    agreement.initiatives.add(initiative)
    audit.record(agreement, "agreement.joined_initiative", by=by, after={"initiative": initiative.pk})
    return agreement


@transaction.atomic
def leave_initiative(agreement: Agreement, *, by: User | None, initiative: Initiative) -> Agreement:
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if not agreement.initiatives.filter(pk=initiative.pk).exists():
        raise ActionRefused(_("This agreement is not part of it."))
    agreement.initiatives.remove(initiative)
    audit.record(agreement, "agreement.left_initiative", by=by, before={"initiative": initiative.pk})
    return agreement


def _known(values: dict[str, Any]) -> dict[str, Any]:
    if unknown := values.keys() - {*FIELDS}:
        raise TypeError(f"No {', '.join(sorted(unknown))} to write.")
    return values


def _named_already() -> ActionRefused:
    return ActionRefused(_("There is an initiative of this name already."), "name")
