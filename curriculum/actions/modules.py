"""Modules of a programme, and a host's own holidays."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cohorts.models import Programme
from curriculum.models import Holiday, Module
from curriculum.timetable import Module as Planned
from curriculum.timetable import in_order
from partners.models import Organization
from portal import audit
from portal.accounts.models import User
from portal.common.exceptions import ActionRefused


@transaction.atomic
def write_module(programme: Programme, *, by: User | None, after: Iterable[Module] = (), **fields: Any) -> Module:
    """Add a module to a programme."""
    if programme.modules.filter(code=fields["code"]).exists():
        raise ActionRefused(_("This programme already has a module with this code. Choose another."), "code")
    module = Module.objects.create(programme=programme, host_id=programme.host_id, **fields)
    module.after.set(after)
    _must_be_orderable(programme)
    audit.record(module, "module.written", by=by, after={"code": module.code, "hours": module.hours})
    return module


@transaction.atomic
def edit_module(module: Module, *, by: User | None, after: Iterable[Module] = (), **fields: Any) -> Module:
    """Change a module; a timetable that is planned already keeps its lessons."""
    others = module.programme.modules.exclude(pk=module.pk)
    if others.filter(code=fields.get("code", module.code)).exists():
        raise ActionRefused(_("This programme already has a module with this code. Choose another."), "code")
    before = {"code": module.code, "hours": module.hours}
    for name, value in fields.items():
        setattr(module, name, value)
    module.save(update_fields=list(fields))
    module.after.set(after)
    _must_be_orderable(module.programme)
    audit.record(module, "module.edited", by=by, before=before, after={"code": module.code, "hours": module.hours})
    return module


@transaction.atomic
def remove_module(module: Module, *, by: User | None) -> None:
    """Take away a module that no timetable teaches and no other module builds on."""
    if module.lessons.exists():
        raise ActionRefused(_("A timetable teaches this module, so it stays."))
    if builders := [str(other) for other in module.before.all()]:
        raise ActionRefused(_("These modules build on it: %(modules)s.") % {"modules": ", ".join(builders)})
    audit.record(module, "module.removed", by=by, before={"code": module.code})
    module.delete()


def _must_be_orderable(programme: Programme) -> None:
    """Refuses modules that wait for each other, naming them."""
    modules = programme.modules.prefetch_related("after")
    in_order([Planned(m.code, m.hours, tuple(other.code for other in m.after.all())) for m in modules])


@transaction.atomic
def add_holiday(host: Organization, *, on: date, name: str, by: User | None) -> Holiday:
    """A day without training that the statutory calendar does not know. Timetables planned later keep it free."""
    try:
        with transaction.atomic():
            holiday = Holiday.objects.create(host=host, date=on, name=name)
    except IntegrityError:
        raise ActionRefused(_("This day is already among your holidays."), "date") from None
    audit.record(holiday, "holiday.added", by=by, after={"date": on.isoformat()})
    return holiday


@transaction.atomic
def remove_holiday(holiday: Holiday, *, by: User | None) -> None:
    audit.record(holiday, "holiday.removed", by=by, before={"date": holiday.date.isoformat()})
    holiday.delete()
