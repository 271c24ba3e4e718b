"""The commands, a room a subject: check, defer, ask, render, send."""
