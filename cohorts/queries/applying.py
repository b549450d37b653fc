"""What every page of the application form asks for. An applicant asks a dozen times, so the queries are built once."""

from cohorts.models import Application, Cohort
from portal.common.prepared import Prepared, Slot

cohort_rows = Prepared(
    Cohort.objects.public()
    .filter(pk=Slot("cohort"))
    .select_related("host", "policy")
    .with_time_of(Slot("account"), Slot("email"))
    .with_typed_of(Slot("account"))
)
my_rows = Prepared(
    Application.objects.live()
    .filter(cohort=Slot("cohort"), person__user=Slot("account"))
    .select_related("person", "track")
)
receipts = Prepared(
    Application.objects.received()
    .filter(pk=Slot("application"), person__user=Slot("account"))
    .select_related("person", "cohort")
    .with_deadline()
)
# Person and application, in this order; whoever waits for them reads nothing else here, since what is joined to a lock
# is as it was before the wait.
locked_applications = Prepared(
    Application.objects.select_for_update(of=("person", "self"), no_key=True)
    .filter(pk=Slot("application"))
    .select_related("person")
    .only("person__id")
)
application_rows = Prepared(
    Application.objects.filter(pk=Slot("application"))
    .select_related("cohort__host", "cohort__policy", "person__user", "track")
    .with_deadline()
    .with_typed()
)
