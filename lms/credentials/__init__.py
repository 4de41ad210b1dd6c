"""What is proved: codes, certificate sheets, and their verification by strangers."""
