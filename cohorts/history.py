"""The verbs of this app, as the history of a thing tells them."""

from django.utils.translation import gettext_lazy as _

from portal.audit.history import say

say(
    {
        "programme.registered": _("The programme was registered"),
        "programme.edited": _("The programme was changed"),
        "cohort.planned": _("The cohort was planned"),
        "cohort.edited": _("The cohort was changed"),
        "cohort.track_added": _("A track was added"),
        "cohort.track_changed": _("A track was changed"),
        "cohort.track_removed": _("A track was removed"),
        "policy.edited": _("The rules were changed"),
        "cohort.published": _("The notice was published"),
        "cohort.closed": _("Applications were closed"),
        "cohort.started": _("The training began"),
        "cohort.finished": _("The cohort was finished"),
        "cohort.cancelled": _("The cohort was cancelled"),
        "staff.assigned": _("Somebody was put to work here"),
        "staff.unassigned": _("Somebody is no longer at work here"),
    }
)
