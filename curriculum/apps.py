from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class CurriculumConfig(AppConfig):
    name = "curriculum"

    def ready(self) -> None:
        from cohorts import hub
        from portal.accounts.roles import HOST_STAFF, Role

        teachers = (Role.ADMIN, *HOST_STAFF, Role.INSTRUCTOR)
        training = hub.Phase.TRAINING
        hub.register(training, pgettext_lazy("hub", "Timetable"), "curriculum:timetable", teachers)
        first = pgettext_lazy("hub", "First days")
        hub.register(training, first, "curriculum:first-days-list", teachers, by_query=True)
        hub.register(training, pgettext_lazy("hub", "Attendance and completion"), "curriculum:sheet", teachers)
