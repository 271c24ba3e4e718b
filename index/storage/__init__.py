"""Files on disk: arrays that stay there, and what it means when the disk refuses."""
