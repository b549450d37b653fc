"""What the apps above may want to hear of, in the sender's own transaction."""

from django.dispatch import Signal

# Sent with `invitation` and `user` once an invitation is accepted: cohorts joins the person records
# of that host and address to the account.
invitation_accepted = Signal()
