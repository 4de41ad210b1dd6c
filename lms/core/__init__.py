"""The ground: database, access, facts, jobs, money, words. Knows no feature."""
