"""Partner organisations, their staff, and the people they refer."""
