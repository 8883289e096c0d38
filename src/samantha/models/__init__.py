"""What can think: the built-in mind, always there; language models join beside it."""
