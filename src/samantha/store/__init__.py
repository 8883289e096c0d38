"""The person's one encrypted file: where it lies, its key, its schema, its copies."""
