from django.urls import path

from portal.notify import views

app_name = "notify"
urlpatterns = [
    path("", views.mail_list, name="mail-list"),
    path("<int:pk>/", views.mail, name="mail"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/<int:pk>/", views.inbox_mail, name="inbox-mail"),
    path("demo/", views.demo_mailbox, name="demo-mailbox"),
    path("demo/<int:pk>/", views.demo_mail, name="demo-mail"),
]
