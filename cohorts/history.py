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
        "application.started": _("The application was begun"),
        "application.received": _("The application was received"),
        "application.changed": _("The application was changed"),
        "application.file_attached": _("A file was attached"),
        "application.file_removed": _("A file was removed"),
        "application.submitted": _("The application was submitted"),
        "application.ineligible": _("The applicant was found ineligible"),
        "application.withdrawn": _("The application was withdrawn"),
        "application.offered": _("A seat was offered"),
        "application.waitlisted": _("The application was put on the waitlist"),
        "application.rejected": _("The application was turned down"),
        "application.accepted": _("The seat was accepted"),
        "application.declined": _("The seat was declined"),
        "application.expired": _("The offer expired without an answer"),
        "application.enrolled": _("The person was enrolled"),
    }
)
