"""The system's keyring, where there is one that works."""

import contextlib
from typing import TYPE_CHECKING

from samantha.events import Locked
from samantha.store.key import SERVICE

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

# What the library raises where the environment or its own settings name a backend that is none, or is not installed.
NO_BACKEND = (ImportError, AttributeError, TypeError, ValueError, RuntimeError)


def works() -> bool:
    """Tell whether there is a keyring, and it answers."""
    found = system_keyring()
    return found is not None and found.answers()


def system_keyring() -> "Patient | None":
    """Return the keyring of the desktop or the system, or None where none is at hand that works."""
    import keyring  # noqa: PLC0415 - 60 ms that a key file or a passphrase doesn't need
    from keyring.backends import fail, null  # noqa: PLC0415

    try:
        found = keyring.get_keyring()
    except NO_BACKEND:
        return None
    return None if isinstance(found, fail.Keyring | null.Keyring) else Patient(found)


class Patient:
    """A keyring that may be locked, or gone: then it keeps and gives nothing."""

    def __init__(self, backend: "KeyringBackend") -> None:
        from keyring.errors import KeyringError  # noqa: PLC0415 - as above

        self._backend = backend
        self._troubles = (KeyringError, OSError)

    def answers(self) -> bool:
        """Tell whether it can be asked: one that is locked can't."""
        try:
            self._backend.get_password(SERVICE, "anything")
        except self._troubles:
            return False
        return True

    def get_password(self, service: str, username: str, /) -> str | None:
        """Return what is kept, or None."""
        with contextlib.suppress(*self._troubles):
            return self._backend.get_password(service, username)
        return None

    def set_password(self, service: str, username: str, password: str, /) -> None:
        """Keep it where possible; the caller reads it back."""
        with contextlib.suppress(*self._troubles):
            self._backend.set_password(service, username, password)

    def delete_password(self, service: str, username: str, /) -> None:
        """Take it out; raise Locked where it stays."""
        try:
            self._backend.delete_password(service, username)
        except self._troubles as error:
            raise Locked(
                f"I can't take the key out of the keyring ({error}); unlock it and run `samantha lock` again."
            ) from None
