"""Hand-ins and marks: what trainees send, the mentors' desk, and what comes back."""
