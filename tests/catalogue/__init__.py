"""Tests of lms/catalogue and of the courses themselves."""
