"""Who may come: rounds of applications, and the people who apply."""
