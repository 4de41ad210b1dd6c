"""How far a trainee came: reading, quizzes, progress that is derived, and completion that is kept."""
