"""How money reaches people: their own method, batches that two persons pass, and the evidence of each payment."""
