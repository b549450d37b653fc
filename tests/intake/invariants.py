"""What must hold after every step (the first three promises of the portal): asked of the database in plain SQL."""

from django.db import connection

# What → a query for the rows that break it.
BROKEN = {
    "seats are never oversold": """
        SELECT t.id FROM cohorts_track t LEFT JOIN cohorts_application a ON a.track_id = t.id
        AND a.state IN ('offered', 'accepted', 'enrolled') GROUP BY t.id HAVING count(a.id) > t.capacity
    """,
    "the seats taken are those that somebody holds": """
        SELECT t.id FROM cohorts_track t LEFT JOIN cohorts_application a ON a.track_id = t.id
        AND a.state IN ('accepted', 'enrolled') GROUP BY t.id HAVING count(a.id) <> t.seats_taken
    """,
    "nobody has two offers at a time": """
        SELECT application_id FROM cohorts_offer WHERE state IN ('live', 'accepted')
        GROUP BY application_id HAVING count(*) > 1
    """,
    "an offer waits for an answer where its applicant does": """
        SELECT o.id FROM cohorts_offer o JOIN cohorts_application a ON a.id = o.application_id
        WHERE (o.state = 'live') <> (a.state = 'offered')
        AND o.id = (SELECT max(id) FROM cohorts_offer WHERE application_id = a.id)
    """,
    "nobody on the waitlist is passed over": """
        SELECT waits.id FROM cohorts_application waits JOIN cohorts_decision d ON d.application_id = waits.id
        WHERE waits.state = 'waitlisted' AND EXISTS (
            SELECT 1 FROM cohorts_offer o JOIN cohorts_application a ON a.id = o.application_id
            JOIN cohorts_decision got ON got.application_id = a.id
            WHERE a.track_id = waits.track_id AND got.rank > d.rank)
    """,
    "no two people of a track have the same rank": """
        SELECT a.track_id FROM cohorts_decision d JOIN cohorts_application a ON a.id = d.application_id
        GROUP BY a.track_id, d.selection_id, d.rank HAVING count(*) > 1
    """,
    "one application for each person": """
        SELECT person_id FROM cohorts_application WHERE state <> 'withdrawn'
        GROUP BY cohort_id, person_id HAVING count(*) > 1
    """,
    "what was received has its own receipt": """
        SELECT id FROM cohorts_application WHERE state NOT IN ('draft', 'withdrawn') AND receipt_number IS NULL
    """,
    "one mail each of a kind": """
        SELECT key FROM notify_mail GROUP BY key HAVING count(*) > 1
    """,
}


def violations() -> list[str]:
    """Which of them do not hold, with the first rows."""
    found = []
    with connection.cursor() as cursor:
        for what, query in BROKEN.items():
            cursor.execute(query)
            if rows := cursor.fetchmany(5):
                found.append(f"{what}: not for {[row[0] for row in rows]}")
    return found
