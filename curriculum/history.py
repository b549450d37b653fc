"""The verbs of this app, as the history of a thing tells them."""

from django.utils.translation import gettext_lazy as _

from cohorts.models import Programme
from portal.audit.history import say

say(
    {
        "programme.copied": _("The programme was copied from another"),
        "module.written": _("A module was added"),
        "module.edited": _("A module was changed"),
        "module.removed": _("A module was removed"),
        "holiday.added": _("A holiday was added"),
        "holiday.removed": _("A holiday was removed"),
        "timetable.planned": _("The timetable was planned"),
        "register.saved": _("The attendance register was saved"),
        "course.completed": _("The course was ended and completion decided"),
        "enrolment.completed": _("The course was completed"),
        "enrolment.not_completed": _("The course was not completed"),
    },
    refers={"source": (_("Copied from"), Programme)},
)
