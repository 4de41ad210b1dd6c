"""What can be learnt: courses as files, checked, loaded into frozen dataclasses, and published as immutable versions."""
