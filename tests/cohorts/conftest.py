import pytest

from tests.factories import make_cohort, make_user


@pytest.fixture
def cohort():
    return make_cohort()


@pytest.fixture
def applicant(sign_in):
    user = make_user(email="hong@example.kr")
    sign_in(user)
    return user
