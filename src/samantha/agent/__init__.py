"""Thinking: from the values of a turn to a reply."""
