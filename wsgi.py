"""The web server's door: `gunicorn wsgi:app`."""

import sys

from lms.app import create_app
from lms.config import SettingsError

try:
    app = create_app()
except SettingsError as wrong:
    sys.exit("\n".join(wrong.problems))
