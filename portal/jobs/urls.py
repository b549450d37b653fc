from django.urls import path

from portal.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="job-list"),
    path("retry/", views.job_retry_all, name="job-retry-all"),
    path("<int:pk>/", views.job, name="job"),
    path("<int:pk>/retry/", views.job_retry, name="job-retry"),
    path("<int:pk>/cancel/", views.job_cancel, name="job-cancel"),
]
