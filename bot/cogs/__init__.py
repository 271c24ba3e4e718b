"""The commands, one cog for each subject: check, defer, ask, render, send."""
