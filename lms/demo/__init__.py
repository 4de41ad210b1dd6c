"""The demo school: built by the same actions the pages use."""
