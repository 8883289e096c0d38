"""The system's keyring, where there is one that works."""

from samantha.store.key import Keyring


def system_keyring() -> Keyring | None:
    """Return the keyring of the desktop or the system, or None where none is at hand."""
    import keyring  # noqa: PLC0415 - 60 ms that a key file or a passphrase doesn't need
    from keyring.backends import fail, null  # noqa: PLC0415

    found = keyring.get_keyring()
    return None if isinstance(found, fail.Keyring | null.Keyring) else found
