"""What happened to exports, in words."""

from django.utils.translation import gettext_lazy as _

from portal.audit.history import say

say(
    {
        "export.requested": _("A placement report was asked for"),
        "export.made": _("The placement report was made"),
        "export.downloaded": _("The placement report was downloaded"),
        "export.destroyed": _("The file of the placement report was destroyed"),
    }
)
