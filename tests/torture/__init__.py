"""Robustness of the index against kills, full disks, damage, load and fuzzing."""
