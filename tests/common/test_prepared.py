import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from partners.models import Agreement
from portal.common.prepared import Prepared, PreparedRows, Slot
from tests.factories import make_agreement

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
