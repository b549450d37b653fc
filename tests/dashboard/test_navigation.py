"""The menu leads only to pages that are there, for exactly the roles that see them."""

import pytest

from portal.accounts.roles import Role
from portal.dashboard.navigation import ACCOUNT, FOOTER, MENU, PUBLIC, Menu, address
from tests.factories import make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(MENU), ids=str)
def test_every_entry_of_a_role_opens(role, sign_in):
    client = sign_in(make_user() if role == Role.TRAINEE else make_member(role))

    found = {name: client.get(address(name)).status_code for _label, name in (*MENU[role], *FOOTER) if address(name)}

    assert found
    assert {name: status for name, status in found.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("role", list(MENU), ids=str)
def test_every_entry_of_a_role_is_built(role):
    assert [name for _label, name in MENU[role] if address(name) is None] == []


@pytest.mark.parametrize("entries", [PUBLIC, ACCOUNT, FOOTER], ids=["public", "account", "footer"])
def test_every_other_entry_is_built(entries):
    assert [name for _label, name in entries if address(name) is None] == []


def test_the_public_entries_open_for_everybody(client):
    for _label, name in (*PUBLIC, *FOOTER):
        assert client.get(address(name)).status_code == 200


@pytest.mark.parametrize("path", ["/privacy/", "/accessibility/"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_statements_are_there_in_both_languages(path, language, client):
    page = client.get(path, headers={"Accept-Language": language})

    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()


@pytest.mark.parametrize(
    ("role", "path", "entry"),
    [
        (Role.OFFICIAL, "/documents/", "partners:agreement-list"),
        (Role.OFFICIAL, "/agreements/3/amendments/", "partners:agreement-list"),
        (Role.OFFICIAL, "/programmes/3/rounds/new/", "cohorts:cohort-list"),
        (Role.OFFICIAL, "/offers/7/", "cohorts:application-list"),
        (Role.OPERATOR, "/exams/7/", "cohorts:cohort-list"),
        (Role.TRAINEE, "/applications/7/interview/", "cohorts:my-application-list"),
        (Role.TRAINEE, "/supplements/7/", "cohorts:my-application-list"),
        (Role.MENTOR, "/commitments/", "partners:agreement-list"),
        (Role.MENTOR, "/visits/", "cohorts:visit-list"),
        (Role.REVIEWER, "/applications/7/", "cohorts:application-list"),
        (Role.REVIEWER, "/applications/7/score/", "cohorts:score-list"),
        (Role.REVIEWER, "/cohorts/7/conflicts/", "cohorts:score-list"),
        (Role.OFFICIAL, "/applications/7/conflict/", "cohorts:application-list"),
        (Role.ADMIN, "/", "home"),
    ],
)
def test_a_page_marks_the_entry_that_it_belongs_to(role, path, entry):
    menu = Menu.of(role, path)

    assert menu.current == address(entry)
    assert menu.aria == ("page" if path == address(entry) else "true")
    assert [item.label for item in menu if item.current] == [next(label for label, name in MENU[role] if name == entry)]


def test_a_page_of_nobody_marks_nothing():
    assert Menu.of(Role.OFFICIAL, "/inbox/").current == ""
