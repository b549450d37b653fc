"""What gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

# A page of ten thousand rows makes a hundred thousand objects that live together: looking through them for cycles
# every 700 takes a quarter of its time. What is loaded by now stays, and is not looked through at all.
gc.set_threshold(20_000, 10, 10)
gc.freeze()
