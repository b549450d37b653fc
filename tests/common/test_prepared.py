from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db.models import F, Value
from django.db.models.functions import Concat

from partners.models import Agreement
from portal.accounts.roles import Role
from portal.common.dates import KST
from portal.common.prepared import NOW, TODAY, Prepared, PreparedRows, Slot, per_role
from tests.factories import make_agreement, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> PreparedRows:
    named = Agreement.objects.annotate(named=Concat(F("host__name"), Value(" · 100%"), F("title")))
    return PreparedRows(named.values("pk", "named", "valid_until"))


def test_rows_come_in_the_order_of_the_keys_with_what_was_asked_for(rows, django_assert_num_queries):
    first, second = make_agreement(title="첫째"), make_agreement(title="둘째")

    with django_assert_num_queries(1):
        found = rows([second.pk, 0, first.pk])

    assert [row["pk"] for row in found] == [second.pk, first.pk]
    assert found[1] == {
        "pk": first.pk, "named": f"{first.host.name} · 100%첫째", "valid_until": first.valid_until,
    }  # fmt: skip


def test_what_is_kept_is_the_query_not_its_rows(rows):
    agreement = make_agreement(title="전")
    assert rows([agreement.pk])[0]["named"].endswith("전")

    Agreement.objects.update(title="후")

    assert rows([agreement.pk])[0]["named"].endswith("후")
    assert rows([]) == []


def test_a_slot_takes_another_value_each_time(django_assert_num_queries):
    first, second = make_agreement(), make_agreement()
    one = Prepared(Agreement.objects.filter(pk=Slot("pk")).select_related("host"))

    assert one(pk=first.pk) == [first]
    with django_assert_num_queries(1):
        (found,) = one(pk=second.pk)
        assert (found, found.host.name) == (second, second.host.name)
    assert one(pk=0) == []


def test_a_prepared_query_stands_inside_another():
    dull, shiny = make_agreement(title="100% 전액"), make_agreement(title="100점 만점")
    titled = Prepared(Agreement.objects.order_by().filter(title__contains=Slot("text")).values("pk"))

    assert list(Agreement.objects.filter(pk__in=titled.inside(text="100%"))) == [dull]
    assert list(Agreement.objects.exclude(pk__in=titled.inside(text="100%"))) == [shiny]


# What depends on the day or on who asks ------------------------------------------------


def test_a_clock_is_read_when_the_query_is_asked():
    ending = make_agreement(valid_until=date(2026, 11, 20))
    over = Agreement.objects.filter(valid_until__lt=TODAY)
    within_a_week = Prepared(Agreement.objects.filter(valid_until__range=(TODAY, TODAY + timedelta(days=7))))

    found = {}
    for day in (12, 13, 20, 21):
        with time_machine.travel(datetime(2026, 11, day, 8, tzinfo=KST), tick=False):
            found[day] = over.all().exists(), within_a_week() == [ending]

    assert found == {12: (False, False), 13: (False, True), 20: (False, True), 21: (True, False)}


def test_today_begins_at_midnight_in_korea():
    agreement = make_agreement(valid_until=date(2026, 11, 20))
    valid = Prepared(Agreement.objects.filter(valid_until__gte=TODAY))

    with time_machine.travel(datetime(2026, 11, 20, 23, 59, tzinfo=KST), tick=False):
        assert valid() == [agreement]
    with time_machine.travel(datetime(2026, 11, 21, tzinfo=KST), tick=False):
        assert valid() == []


def test_now_is_a_moment_and_can_be_moved():
    session = Session.objects.create(
        session_key="k", session_data="", expire_date=datetime(2026, 11, 20, 9, tzinfo=KST)
    )
    soon = Prepared(Session.objects.filter(expire_date__gt=NOW, expire_date__lte=NOW + timedelta(hours=1)))

    for minutes, found in ((-61, []), (-60, [session]), (-1, [session]), (0, [])):
        with time_machine.travel(session.expire_date + timedelta(minutes=minutes), tick=False):
            assert soon() == found


def test_of_a_column_a_clock_is_subtracted_by_the_database():
    make_agreement(valid_from=date(2026, 11, 10), valid_until=date(2027, 11, 10))
    age = Prepared(Agreement.objects.annotate(age=TODAY - F("valid_from")).values_list("age", flat=True))

    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=KST)):
        assert age() == [timedelta(days=10)]


def test_one_query_for_each_role_answers_each_reader_with_their_own(django_assert_num_queries):
    built = []

    @per_role
    def kept(reader):
        built.append(reader.role)
        return Agreement.objects.visible_to(reader)

    first, second = make_agreement(), make_agreement()
    officials = [make_member(Role.OFFICIAL, one.host) for one in (first, second)]

    assert [kept(official) for official in officials] == [[first], [second]]
    assert set(kept(make_member(Role.ADMIN))) == {first, second}
    reviewer = make_member(Role.REVIEWER)
    with django_assert_num_queries(0):
        assert kept(reviewer) == []  # sees no agreements
    assert built == [Role.OFFICIAL, Role.ADMIN, Role.REVIEWER]


def test_what_finds_nothing_can_stand_inside_another():
    agreement, nothing = make_agreement(), Prepared(Agreement.objects.none().values("pk"))

    assert list(Agreement.objects.filter(pk__in=nothing.inside())) == []
    assert list(Agreement.objects.exclude(pk__in=nothing.inside())) == [agreement]
