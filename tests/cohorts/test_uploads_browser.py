"""An upload whose line is cut, in a browser."""

import pytest

from cohorts.models import ApplicationFile
from tests.browser import SMALL, look, sign_in
from tests.cohorts.applying import fill, step_url
from tests.factories import make_cohort, make_user
from tests.files import pdf

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = pdf(bytes(range(256)) * 4_000)  # four pieces


def test_an_upload_goes_on_after_the_line_was_cut(browser, live_server, client):
    """Two of the four pieces are lost with the line; what had arrived is not sent again."""
    user, cohort, sent, cut = make_user(), make_cohort(), [], [True, True]
    client.force_login(user)
    fill(client, cohort)
    context = browser.new_context(base_url=live_server.url, locale="ko-KR", viewport=SMALL)
    page = context.new_page()
    sign_in(page, client, user, live_server.url)

    def line(route, request):
        offset = request.headers["upload-offset"]
        sent.append(int(offset))
        if offset != "0" and cut:
            cut.pop()
            page.wait_for_timeout(50)
            return route.abort("internetdisconnected")
        return route.continue_()

    page.route("**/uploads/*/", line)
    page.goto(step_url(cohort, "files"))
    page.set_input_files("[name=file]", {"name": "증명서.pdf", "mimeType": "application/pdf", "buffer": CONTENT})
    page.click("main form button.primary")
    page.wait_for_selector("text=인터넷이 끊겼습니다")
    look(page, "upload-cut")
    page.wait_for_selector("main >> text=증명서.pdf")

    piece = 256 * 1024
    assert sent == [0, piece, piece, piece, 2 * piece, 3 * piece]
    file = ApplicationFile.objects.get()
    with file.file.open() as stored:
        assert stored.read() == CONTENT
    context.close()
