"""What `samantha bench` runs. Every figure in docs/figures.md is printed by one of these."""
