"""The pages of everybody, and allauth's."""

from tests.access import row

EVERYBODY = "200 200 200 200 200 200 200"
DONE = "302 302 302 302 302 302 302"

TABLE = [
    row("home", own=EVERYBODY, anonymous=200),
    row("set_language", "POST", own=DONE, anonymous=302),
    row("role-switch", "POST", own=DONE, data=lambda w: {"membership": "0"}),
    row("contrast-switch", "POST", own=DONE, anonymous=302),
    row("livez", own=EVERYBODY, anonymous=200),
    row("readyz", own=EVERYBODY, anonymous=200),
]
