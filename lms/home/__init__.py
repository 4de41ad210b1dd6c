"""The front page, each role's first page, and the signs of life."""
