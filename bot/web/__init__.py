"""The web server in the bot's process: health, evidence pages, the moderators' page."""
