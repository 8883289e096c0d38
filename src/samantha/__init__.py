"""Someone you talk to, who lives on your own computer."""

__version__ = "0.1.0"
