"""The menu leads only to pages that are there, for exactly the roles that see them."""

import pytest

from portal.accounts.roles import Role
from portal.dashboard.navigation import ACCOUNT, FOOTER, MENU, PUBLIC, address
from tests.factories import make_member, make_user

pytestmark = pytest.mark.django_db
# Being written; each leaves this list with its page.
AWAITED = {"cohorts:application-list", "cohorts:my-application-list"}


@pytest.mark.parametrize("role", list(MENU), ids=str)
def test_every_entry_of_a_role_opens(role, sign_in):
    client = sign_in(make_user() if role == Role.TRAINEE else make_member(role))

    found = {name: client.get(address(name)).status_code for _label, name in (*MENU[role], *FOOTER) if address(name)}

    assert found
    assert {name: status for name, status in found.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("role", list(MENU), ids=str)
def test_every_entry_of_a_role_is_built(role):
    assert [name for _label, name in MENU[role] if address(name) is None and name not in AWAITED] == []


@pytest.mark.parametrize("entries", [PUBLIC, ACCOUNT, FOOTER], ids=["public", "account", "footer"])
def test_every_other_entry_is_built(entries):
    assert [name for _label, name in entries if address(name) is None and name not in AWAITED] == []


def test_the_public_entries_open_for_everybody(client):
    for _label, name in (*PUBLIC, *FOOTER):
        assert client.get(address(name)).status_code == 200


@pytest.mark.parametrize("path", ["/privacy/", "/accessibility/"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_statements_are_there_in_both_languages(path, language, client):
    page = client.get(path, headers={"Accept-Language": language})

    assert page.status_code == 200
    assert f'lang="{language}"' in page.content.decode()
