"""Addresses of programmes, cohorts, applications, selection and enrolment."""

from django.urls import path

from cohorts.views import rosters

app_name = "cohorts"
urlpatterns = [
    path("cohorts/<int:pk>/rosters/", rosters.roster_list, name="roster-list"),
    path("rosters/<int:pk>/", rosters.roster, name="roster"),
    path("rosters/<int:pk>/confirm/", rosters.roster_confirm, name="roster-confirm"),
    path("rosters/<int:pk>/discard/", rosters.roster_discard, name="roster-discard"),
    path("rosters/<int:pk>/left-out/", rosters.roster_left_out, name="roster-left-out"),
    path("rosters/<int:pk>/invite/", rosters.roster_invite, name="roster-invite"),
]
