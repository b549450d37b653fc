"""Addresses of programmes, cohorts, applications, selection and enrolment."""

from django.urls import path

from cohorts.views import enrolments, offers, rosters, scores, selection

app_name = "cohorts"
urlpatterns = [
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
