"""Rukn: a learning management system that pays people to learn."""
