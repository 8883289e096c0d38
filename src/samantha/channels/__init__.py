"""Where the two meet: what hears the person and says her words."""
