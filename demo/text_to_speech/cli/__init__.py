"""The commands: their options, and how they refuse, log and end."""
