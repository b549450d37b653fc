"""What happened to exports, in words."""

from django.utils.translation import gettext_lazy as _

from portal.audit.history import say

say(
    {
        "export.requested": _("A file was asked for"),
        "export.made": _("The file was made"),
        "export.downloaded": _("The file was downloaded"),
        "export.destroyed": _("The file was destroyed"),
    }
)
