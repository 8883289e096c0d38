"""Feeling: a hint of how the person is, read from what they say."""
