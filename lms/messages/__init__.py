"""What people write to each other: a trainee and one who looks after her, alone."""
