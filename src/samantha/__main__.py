"""`python -m samantha` is `samantha`."""

from samantha.cli import main

main()
