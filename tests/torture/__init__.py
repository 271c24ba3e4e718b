"""What the index must bear: kills, full disks, damage, load, fuzzing."""
