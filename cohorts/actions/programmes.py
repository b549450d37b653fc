"""Programmes: what a host offers, one cohort after another."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cohorts.models import Programme, ProgrammeStage, Stay
from cohorts.states import ProgrammeKind
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
    stages: Sequence[tuple[str, int]] = (),
    **values: Any,
) -> Programme:
    """A programme of `host`; `stages` are names and years of a pathway, in their order."""
    if not host.can_host:
        raise ActionRefused(_("%(name)s cannot run programmes.") % {"name": host.name}, "host")
    _refuse(host.pk, None, name, kind, stages)
    programme = Programme.objects.create(host=host, name=name, kind=kind, **values)
    programme.partners.set(partners)
    _set_stages(programme, stages)
    audit.record(programme, "programme.registered", by=by, after={"kind": kind})
    return programme


@transaction.atomic
def edit_programme(
    programme: Programme, *, by: User | None, stages: Sequence[tuple[str, int]] | None = None, **values: Any
) -> Programme:
    """Change a programme; `stages` None leaves them as they are. Cohorts that are planned keep their dates."""
    programme = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if stages is None:
        stages = _stages_of(programme)
    changed = [name for name, value in values.items() if getattr(programme, name) != value]
    before = {name: _plain(getattr(programme, name)) for name in changed}
    for name in changed:
        setattr(programme, name, values[name])
    _refuse(programme.host_id, programme.pk, programme.name, programme.kind, stages)
    programme.save(update_fields=changed)
    if _set_stages(programme, stages) or changed:
        after = {name: _plain(getattr(programme, name)) for name in changed}
        audit.record(programme, "programme.edited", by=by, before=before, after=after)
    return programme


def _refuse(host: int, programme: int | None, name: str, kind: str, stages: Sequence[tuple[str, int]]) -> None:
    if Programme.objects.filter(host=host, name=name).exclude(pk=programme or 0).exists():
        raise ActionRefused(_("There is a programme of this name already."), "name")
    if stages and kind != ProgrammeKind.PATHWAY:
        raise ActionRefused(_("Only a pathway has stages. Remove them, or choose the pathway as the kind."), "kind")


def _stages_of(programme: Programme) -> list[tuple[str, int]]:
    return list(programme.stages.values_list("name", "years"))


def _set_stages(programme: Programme, stages: Sequence[tuple[str, int]]) -> bool:
    """Whether anything changed. A stage keeps its row, and with it the schools that offer it."""
    if _stages_of(programme) == [tuple(stage) for stage in stages]:
        return False
    stored = list(programme.stages.all())
    for position, (name, years) in enumerate(stages, 1):
        ProgrammeStage.objects.update_or_create(
            programme=programme, position=position, defaults={"name": name, "years": years}
        )
    for stage in stored[len(stages) :]:
        if stage.places.exists():
            raise ActionRefused(_("Schools offer the stage “%(stage)s”. Remove them from it first.") % {"stage": stage})
        stage.delete()
    _refuse_lost_years(programme)
    return True


def _refuse_lost_years(programme: Programme) -> None:
    """A year that somebody is in, or was, stays."""
    stays = Stay.objects.filter(place__stage__programme=programme, year__gt=F("place__stage__years"))
    if lost := stays.select_related("place__stage").first():
        sentence = _("Somebody is or was in year %(year)d of “%(stage)s”, so it cannot be shorter.")
        raise ActionRefused(sentence % {"year": lost.year, "stage": lost.place.stage})


def _plain(value: Any) -> Any:
    """As an audit event keeps it: a row by its id."""
    return getattr(value, "pk", value)
