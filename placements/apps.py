from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class PlacementsConfig(AppConfig):
    name = "placements"

    def ready(self) -> None:
        from cohorts import hub
        from placements import measures  # noqa: F401  # tells the agreements how projects and mentoring count
        from portal.accounts.roles import HOST_STAFF, Role

        staff = (Role.ADMIN, *HOST_STAFF)
        projects = pgettext_lazy("hub", "Field projects")
        hub.register(hub.Phase.TRAINING, projects, "placements:placement", (*staff, Role.INSTRUCTOR))
        hub.register(hub.Phase.OUTCOMES, pgettext_lazy("hub", "Employment"), "placements:outcome", staff)
