"""The web server's door: `gunicorn wsgi:app`."""

import gc
import sys

from lms.app import create_app
from lms.config import SettingsError

try:
    app = create_app()
except SettingsError as wrong:
    sys.exit("\n".join(wrong.problems))

# What was made so far stays as long as the server: the collector need not walk through it for every few hundred things a page makes.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 10, 10)
