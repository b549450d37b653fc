"""Every address of the portal."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from portal.dashboard import records, styleguide
from portal.dashboard import views as dashboard

urlpatterns = [
    path("", dashboard.home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("styleguide/list/", styleguide.styleguide_list, name="styleguide-list"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("role/", dashboard.role_switch, name="role-switch"),
    path("contrast/", dashboard.contrast_switch, name="contrast-switch"),
    path("jobs/", include("portal.jobs.urls")),
    path("mail/", include("portal.notify.urls")),
    path("", include("cohorts.urls")),
    path("", include("portal.reports.urls")),
    path("", include("curriculum.urls")),
    path("", include("placements.urls")),
    path("", include("partners.urls")),
    path("history/", records.event_list, name="event-list"),
    path("history/access/", records.access_list, name="access-list"),
    path("statusz/", records.statusz, name="statusz"),
    path("privacy/", records.privacy, name="privacy"),
    path("accessibility/", records.accessibility, name="accessibility"),
    path("livez", dashboard.livez, name="livez"),
    path("readyz", dashboard.readyz, name="readyz"),
]
