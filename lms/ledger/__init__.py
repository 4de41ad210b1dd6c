"""What is owed and what was paid: accounts, transfers that sum to zero, and the journal outside tools can check."""
