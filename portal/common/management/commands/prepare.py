"""Everything between the code and a portal that can be served, each step doing nothing the second time."""

from django.core.management import BaseCommand, call_command


class Command(BaseCommand):
    help = "Migrate the database, make the cache table, compile the message catalogues."

    def handle(self, **options: object) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
