from django.urls import path

from curriculum.views import attendance, copying, first_days, modules, timetable

app_name = "curriculum"

urlpatterns = [
    path("curriculum/", modules.programme_list, name="programme-list"),
    path("curriculum/<int:pk>/", modules.module_list, name="module-list"),
    path("curriculum/<int:pk>/modules/new/", modules.module_create, name="module-create"),
    path("programmes/<int:pk>/copy/", copying.programme_copy, name="programme-copy"),
    path("modules/<int:pk>/", modules.module_edit, name="module-edit"),
    path("modules/<int:pk>/remove/", modules.module_remove, name="module-remove"),
    path("holidays/", modules.holiday_list, name="holiday-list"),
    path("holidays/<int:pk>/remove/", modules.holiday_remove, name="holiday-remove"),
    path("cohorts/<int:pk>/timetable/", timetable.timetable, name="timetable"),
    path("cohorts/<int:pk>/timetable/plan/", timetable.timetable_plan, name="timetable-plan"),
    path("cohorts/<int:pk>/attendance/", attendance.sheet, name="sheet"),
    path("cohorts/<int:pk>/completion/", attendance.completion, name="completion"),
    path("attendance/", attendance.day_list, name="day-list"),
    path("first-days/", first_days.first_days_list, name="first-days-list"),
    path("trainees/<int:pk>/first-days/end/", first_days.first_days_end, name="first-days-end"),
    path("attendance/<int:pk>/", attendance.register, name="register"),
    path("trainees/<int:pk>/", attendance.trainee, name="trainee"),
    path("trainees/<int:pk>/timetable/", timetable.my_timetable, name="my-timetable"),
    path("my/course/", attendance.my_course, name="my-course"),
]
