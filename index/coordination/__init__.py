"""Locks, notices and small values among the processes of one installation."""
