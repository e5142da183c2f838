"""Passwords, hashed on threads of their own: one takes some 40 ms of a processor.

scrypt: RFC 7914. These costs take 16 MiB for each hash.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

COST, BLOCK_SIZE, PARALLEL = 2**14, 8, 1
SALT_BYTES = 16


class Hashed(NamedTuple):
    """What is kept of a password."""

    salt: bytes
    hash: bytes


# An unknown account is compared with this, which no password has.
NOBODY = Hashed(bytes(SALT_BYTES), bytes(64))


class Passwords:
    """Hashes and compares."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(os.cpu_count(), "passwords")

    async def hash(self, password: str) -> Hashed:
        """Return what to keep of a new password."""
        salt = secrets.token_bytes(SALT_BYTES)
        return Hashed(salt, await self._scrypt(password, salt))

    async def match(self, password: str, stored: Hashed | None) -> bool:
        """Return whether it is that password; without one, False, in the same time."""
        compared = stored or NOBODY
        digest = await self._scrypt(password, compared.salt)
        return hmac.compare_digest(digest, compared.hash) and stored is not None

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _scrypt(self, password: str, salt: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _scrypt, password.encode(), salt)


def _scrypt(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=COST, r=BLOCK_SIZE, p=PARALLEL)
