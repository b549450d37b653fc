"""A programme copied as a template: its facts, stages and modules, and the set-up of its last cohort."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.actions.cohorts import plan_cohort
from cohorts.actions.programmes import register_programme
from cohorts.actions.setup import COPIERS
from cohorts.copying import Move, moves_of, planned, rules_of
from cohorts.models import Cohort, Programme
from cohorts.planning import TrackPlan
from curriculum.actions.timetable import HolidaysOf
from curriculum.models import Module
from partners.models import Organization
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused

COPIED = ("kind", "description", "target", "areas", "tools", "months_at_least", "capacity", "minors")
MOST_LETTERS = 200  # of `modelled_on`


def last_cohort(programme: Programme) -> Cohort | None:
    """The one whose set-up a copy takes over."""
    return programme.cohorts.select_related("policy").order_by("-starts_on", "-pk").first()


def model_of(source: Programme) -> str:
    """What a copy is modelled on: the source, since when, and what that was modelled on itself."""
    began = source.cohorts.order_by("starts_on").values_list("starts_on", flat=True).first()
    since = f", {began.year}" if began else ""
    before = f" ← {source.modelled_on}" if source.modelled_on else ""
    return f"{source.name} ({source.host.name}{since}){before}"[:MOST_LETTERS]


def draft_moves(cohort: Cohort, host: Organization, first_day: date) -> list[Move]:
    """What `copy_programme` would make of the dates of a cohort: to look at, nothing is saved."""
    return moves_of(cohort, first_day, HolidaysOf(host.pk))


@transaction.atomic
def copy_programme(
    source: Programme,
    *,
    host: Organization,
    name: str,
    modelled_on: str = "",
    first_day: date | None = None,
    by: User | None,
) -> Programme:
    """A new programme of `host` like `source`; with `first_day`, also a cohort like its last, its dates moved.

    Nobody's data comes along: no people, no staff, and for another host neither notice nor place nor partners.
    """
    ours = host.pk == source.host_id
    made = register_programme(
        by=by,
        host=host,
        name=name,
        modelled_on=modelled_on or model_of(source),
        partners=source.partners.all() if ours else [],
        stages=list(source.stages.values_list("name", "years")),
        **{field: getattr(source, field) for field in COPIED},
    )
    after = {"source": source.pk, "modules": _copy_modules(source, made)}
    if first_day:
        _copy_cohort(source, made, first_day, ours=ours, by=by)
    audit.record(made, "programme.copied", by=by, after=after)
    return made


def _copy_modules(source: Programme, made: Programme) -> int:
    """The modules and what comes before which; three queries."""
    stored = list(source.modules.prefetch_related("after"))
    copies = Module.objects.bulk_create(
        Module(programme=made, host_id=made.host_id, code=one.code, title=one.title, hours=one.hours) for one in stored
    )
    copy_of = {one.pk: copy for one, copy in zip(stored, copies, strict=True)}
    through = Module.after.through
    through.objects.bulk_create(
        through(from_module=copy_of[one.pk], to_module=copy_of[other.pk]) for one in stored for other in one.after.all()
    )
    return len(copies)


def _copy_cohort(source: Programme, made: Programme, first_day: date, *, ours: bool, by: User | None) -> Cohort:
    cohort = last_cohort(source)
    if cohort is None:
        raise ActionRefused(_("This programme has no cohort to copy."), "first_day")
    dates, rules = planned(cohort, draft_moves(cohort, made.host, first_day))
    tracks = [TrackPlan(track.name, track.capacity) for track in cohort.tracks.all()]
    policy = rules_of(cohort.policy, rules, same_host=ours)
    told = {"notice": cohort.notice, "place": cohort.place} if ours else {}
    copy = plan_cohort(made, by=by, tracks=tracks, policy=policy, capacity=cohort.capacity, number=1, **dates, **told)
    for name, copier in COPIERS.items():
        if name != "policy":
            copier.copy(cohort, copy, by)
    return copy
