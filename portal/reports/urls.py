from django.urls import path

from portal.reports import views

app_name = "reports"

urlpatterns = [
    path("reports/", views.report_list, name="report-list"),
    path("reports/<int:pk>/", views.report, name="report"),
    path("reports/<int:pk>/export/", views.export_create, name="export-create"),
    path("cohorts/<int:pk>/applications/export/", views.applications_export, name="applications-export"),
    path("agreements/export/", views.register_export, name="register-export"),
    path("exports/", views.export_list, name="export-list"),
    path("exports/<int:pk>/", views.export, name="export"),
    path("exports/<int:pk>/download/", views.export_download, name="export-download"),
]
