"""What every page of the application form asks for. An applicant asks a dozen times, so the queries are built once."""

from cohorts.models import Application, Cohort, Person
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
locked_people = Prepared(
    Person.objects.select_for_update(no_key=True).filter(pk=Slot("person")).values_list("pk", flat=True)
)
locked_rows = Prepared(
    Application.objects.select_for_update(of=("self",), no_key=True)
    .filter(pk=Slot("application"))
    .select_related("cohort__host", "cohort__policy", "person__user", "track")
    .with_deadline()
    .with_typed()
)
