"""Programmes: what a host offers, one cohort after another."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.models import Programme, ProgrammeStage
from partners.models import Organization
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


@transaction.atomic
def register_programme(
    *,
    by: User | None,
    host: Organization,
    name: str,
    kind: str,
    partners: Iterable[Organization] = (),
    stages: Iterable[tuple[str, int]] = (),
    **values: Any,
) -> Programme:
    """A programme of `host`; `stages` are names and years of a pathway, in their order."""
    if not host.can_host:
        raise ActionRefused(_("%(name)s cannot run programmes.") % {"name": host.name}, "host")
    if Programme.objects.filter(host=host, name=name).exists():
        raise ActionRefused(_("There is a programme of this name already."), "name")
    programme = Programme.objects.create(host=host, name=name, kind=kind, **values)
    programme.partners.set(partners)
    ProgrammeStage.objects.bulk_create(
        ProgrammeStage(programme=programme, position=position, name=stage, years=years)
        for position, (stage, years) in enumerate(stages, 1)
    )
    audit.record(programme, "programme.registered", by=by, after={"kind": kind})
    return programme
