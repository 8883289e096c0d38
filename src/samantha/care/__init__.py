"""Care in code: what comes before any mind, whatever the mind."""
