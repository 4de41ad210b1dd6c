"""Programmes and cohorts: who learns together, with whom, and when."""
