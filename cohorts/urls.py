"""Addresses of programmes, cohorts, applications, selection and enrolment."""

from django.urls import path

from cohorts.views import cohorts, enrolments, offers, programmes, public, rosters, scores, selection

app_name = "cohorts"
urlpatterns = [
    path("courses/", public.notice_list, name="notice-list"),
    path("courses/<int:pk>/", public.notice, name="notice"),
    path("programmes/", programmes.programme_list, name="programme-list"),
    path("programmes/new/", programmes.programme_register, name="programme-register"),
    path("programmes/<int:pk>/", programmes.programme, name="programme"),
    path("programmes/<int:pk>/edit/", programmes.programme_edit, name="programme-edit"),
    path("cohorts/", cohorts.cohort_list, name="cohort-list"),
    path("cohorts/new/", cohorts.cohort_create, name="cohort-create"),
    path("cohorts/<int:pk>/", cohorts.cohort, name="cohort"),
    path("cohorts/<int:pk>/edit/", cohorts.cohort_edit, name="cohort-edit"),
    path("cohorts/<int:pk>/policy/", cohorts.cohort_policy, name="cohort-policy"),
    path("cohorts/<int:pk>/history/", cohorts.cohort_history, name="cohort-history"),
    path("cohorts/<int:pk>/publish/", cohorts.cohort_publish, name="cohort-publish"),
    path("cohorts/<int:pk>/close/", cohorts.cohort_close_recruiting, name="cohort-close-recruiting"),
    path("cohorts/<int:pk>/start/", cohorts.cohort_start, name="cohort-start"),
    path("cohorts/<int:pk>/finish/", cohorts.cohort_finish, name="cohort-finish"),
    path("cohorts/<int:pk>/cancel/", cohorts.cohort_cancel, name="cohort-cancel"),
    path("cohorts/<int:pk>/staff/", cohorts.cohort_assign_staff, name="cohort-assign-staff"),
    path("staff/<int:pk>/unassign/", cohorts.cohort_unassign_staff, name="cohort-unassign-staff"),
    path("cohorts/<int:pk>/rosters/", rosters.roster_list, name="roster-list"),
    path("rosters/<int:pk>/", rosters.roster, name="roster"),
    path("rosters/<int:pk>/confirm/", rosters.roster_confirm, name="roster-confirm"),
    path("rosters/<int:pk>/discard/", rosters.roster_discard, name="roster-discard"),
    path("rosters/<int:pk>/left-out/", rosters.roster_left_out, name="roster-left-out"),
    path("rosters/<int:pk>/invite/", rosters.roster_invite, name="roster-invite"),
    path("scores/", scores.score_list, name="score-list"),
    path("applications/<int:pk>/score/", scores.score_edit, name="score-edit"),
    path("cohorts/<int:pk>/selection/", selection.selection, name="selection"),
    path("cohorts/<int:pk>/selection/prepare/", selection.selection_prepare, name="selection-prepare"),
    path("selections/<int:pk>/discard/", selection.selection_discard, name="selection-discard"),
    path("selections/<int:pk>/release/", selection.selection_release, name="selection-release"),
    path("cohorts/<int:pk>/waitlist/", selection.selection_waitlist, name="selection-waitlist"),
    path("applications/<int:pk>/offer/", offers.offer_place, name="offer-place"),
    path("offers/<int:pk>/", offers.offer, name="offer"),
    path("offers/<int:pk>/accept/", offers.offer_accept, name="offer-accept"),
    path("offers/<int:pk>/decline/", offers.offer_decline, name="offer-decline"),
    path("offers/<int:pk>/withdraw/", offers.offer_withdraw, name="offer-withdraw"),
    path("enrolments/", enrolments.enrolment_list, name="enrolment-list"),
    path("cohorts/<int:pk>/enrol/", enrolments.enrolment_start, name="enrolment-start"),
    path("enrolments/<int:pk>/end/", enrolments.enrolment_end, name="enrolment-end"),
]
