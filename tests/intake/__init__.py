"""A whole intake through HTTP, with the portal's own processes: `make intake`.

    make intake                                               3,000 applicants, 100 seats, 12 reviewers
    make intake ARGS="--applicants 300 --burst 60 --reviewers 4 --seats 10"

Applies, screens, selects, releases and fills the seats in three rounds of the waitlist, as people do it: each page
is asked for, its form sent, its redirect followed. After every step the invariants of `invariants.py` are asked of
the database. Times stand beside the floor of `tests/bench`, measured in the same run. Talks to 127.0.0.1 alone and
stops by itself. Accounts and their sessions are made in the database: signing up is not what is measured.
"""
