"""The verbs of this app, as the history of a thing tells them."""

from django.utils.translation import gettext_lazy as _

from portal.audit.history import say

say(
    {
        "project.offered": _("The project was offered"),
        "project.proposed": _("The project was proposed"),
        "project.edited": _("The project was changed"),
        "project.opened": _("The project was opened for preferences"),
        "project.started": _("The project began"),
        "project.finished": _("The project was finished"),
        "project.withdrawn": _("The project was withdrawn"),
        "preferences.chosen": _("Projects were chosen"),
        "teams.formed": _("Teams were formed"),
        "team.formed": _("The team was formed"),
        "team.member_placed": _("A trainee was placed by hand"),
        "team.member_removed": _("A trainee was taken out of the team"),
        "team.mentor_assigned": _("A mentor was assigned"),
        "log.written": _("A draft was saved"),
        "log.edited": _("The log was changed"),
        "log.submitted": _("The log was submitted"),
        "log.returned": _("The log was returned"),
        "log.approved": _("The log was approved"),
        "log.amended": _("A new version was begun"),
        "log.discarded": _("The draft was thrown away"),
        "employment.reported": _("A job was reported"),
        "employment.edited": _("The report was corrected"),
        "employment.left": _("The last day of the job was written down"),
        "employment.evidence_added": _("Evidence was attached"),
        "employment.verified": _("The job was verified"),
        "employment.rejected": _("The job was not recognised"),
        "interview.recorded": _("A job interview was recorded"),
        "interview.settled": _("The outcome of an interview was recorded"),
        "interview.withdrawn": _("An interview was withdrawn"),
        "outcome.excluded": _("Left out of the employment rate"),
        "outcome.included": _("Counted in the employment rate again"),
        "enrolment.early_employed": _("The course ended by early employment"),
    }
)
