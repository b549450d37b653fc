"""The pages of everybody, and allauth's."""

from tests.access import row

EVERYBODY = "200 200 200 200 200 200 200"
DONE = "302 302 302 302 302 302 302"

ADMIN = "200 403 403 403 403 403 403"
KEEPERS = "200 200 403 403 403 403 403"

TABLE = [
    row("home", own=EVERYBODY, anonymous=200),
    row("set_language", "POST", own=DONE, anonymous=302),
    row("role-switch", "POST", own=DONE, data=lambda w: {"membership": "0"}),
    row("contrast-switch", "POST", own=DONE, anonymous=302),
    row("styleguide", own=ADMIN),
    row("styleguide", "POST", own="422 403 403 403 403 403 403", data=lambda w: {"name": "x"}),
    row("styleguide-list", own=ADMIN),
    row("event-list", own=KEEPERS),
    row("access-list", own=KEEPERS),
    row("statusz", own=ADMIN),
    row("privacy", own=EVERYBODY, anonymous=200),
    row("accessibility", own=EVERYBODY, anonymous=200),
    row("livez", own=EVERYBODY, anonymous=200),
    row("readyz", own=EVERYBODY, anonymous=200),
]
