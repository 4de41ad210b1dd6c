"""Figures: what a page costs the phone and the server, beside a bare Flask page in the same run. `.venv/bin/python -m bench`."""
