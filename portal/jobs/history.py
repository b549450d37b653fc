"""The verbs of this app, as the history of a thing tells them."""

from django.utils.translation import gettext_lazy as _

from portal.audit.history import say

say({"job.retried": _("The job was started again"), "job.cancelled": _("The job was cancelled")})
