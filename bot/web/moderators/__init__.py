"""The moderators' page, behind a sign-in with Discord."""
