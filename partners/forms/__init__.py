"""Input for this app: cleaned here, written by the actions."""
