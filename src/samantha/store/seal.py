"""Sealing the data key under what a person knows: a passphrase or the recovery phrase.

A passphrase is stretched by Argon2id (RFC 9106), the phrase's 128 random bits by HKDF (RFC 5869); the key
made so seals the data key with ChaCha20-Poly1305 (RFC 8439).
"""

import os
import re
import unicodedata
from typing import Any

KEY_BYTES = 32
ARGON2_KIB = 64 * 1024  # never below 64 MiB: what makes guessing dear
ARGON2_PASSES = 3
# What a foreign `keys.json` may ask of this machine at most.
MOST_KIB = 1024 * 1024
MOST_PASSES = 64


def is_sealed(way: dict[str, Any]) -> bool:
    """Tell whether a way in holds all that opening it needs, within bounds."""
    sizes = {"salt": 32, "nonce": 24, "sealed": 2 * (KEY_BYTES + 16)}  # hexadecimal digits; 16 bytes of tag
    costs = {"kib": MOST_KIB, "passes": MOST_PASSES} if way["by"] == "passphrase" else {}
    return all(is_hex(way.get(name), size) for name, size in sizes.items()) and all(
        isinstance(way.get(name), int) and 0 < way[name] <= most for name, most in costs.items()
    )


def is_hex(value: Any, digits: int) -> bool:
    """Tell whether a value is that many hexadecimal digits."""
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{digits}}}", value) is not None


def from_passphrase(passphrase: str, way: dict[str, Any]) -> bytes:
    """Make a key from a passphrase, with at least our own costs, whatever the way says."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - not needed for a key file

    kdf = Argon2id(
        salt=bytes.fromhex(way["salt"]),
        length=KEY_BYTES,
        iterations=max(way["passes"], ARGON2_PASSES),
        lanes=1,
        memory_cost=max(way["kib"], ARGON2_KIB),
    )
    # One keyboard sends "é" as one character, another as two; an environment may hold bytes that are no text.
    return kdf.derive(unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape"))


def from_phrase(phrase: str, way: dict[str, Any]) -> bytes:
    """Make a key from the phrase's 128 random bits, which need no slow hash."""
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    salt, info = bytes.fromhex(way["salt"]), b"samantha recovery phrase"
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(phrase.encode())


def seal(key: bytes, memory: str, under: bytes) -> dict[str, str]:
    """Seal the data key of a memory under another key."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415

    nonce = os.urandom(12)
    sealed = ChaCha20Poly1305(under).encrypt(nonce, key, memory.encode())
    return {"nonce": nonce.hex(), "sealed": sealed.hex()}


def unseal(way: dict[str, Any], memory: str, under: bytes) -> bytes | None:
    """Return the data key of a memory, or None where the other key is not the one."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415

    sealed, nonce = bytes.fromhex(way["sealed"]), bytes.fromhex(way["nonce"])
    try:
        return ChaCha20Poly1305(under).decrypt(nonce, sealed, memory.encode())
    except InvalidTag:
        return None
