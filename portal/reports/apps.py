from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ReportsConfig(AppConfig):
    name = "portal.reports"

    def ready(self) -> None:
        from cohorts import hub
        from portal.accounts.roles import HOST_STAFF, Role

        report = pgettext_lazy("hub", "Placement report")
        applications = pgettext_lazy("hub", "Applications as a file")
        files = "reports:applications-export"
        staff = (Role.ADMIN, *HOST_STAFF)
        hub.register(hub.Phase.RECRUITING, applications, files, staff, after="cohorts:application-list")
        hub.register(hub.Phase.OUTCOMES, report, "reports:report", staff)
