"""Paid practice annotation: what is imported, drawn, scored against gold, agreed on and priced."""
