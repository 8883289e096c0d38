"""What she remembers: turns verbatim, facts with their sources, and how both are found again."""
