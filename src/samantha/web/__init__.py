"""The page: a server on this computer only, and the files the browser loads."""
