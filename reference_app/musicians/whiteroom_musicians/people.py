"""Who the musicians are: their temper, and accounts that the seed alone decides."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from enum import Enum

NAMES = (
    *("Ada Amsel", "Ben Birk", "Cleo Cadenza", "Dora Dur", "Emil Echo", "Fay Fermata"),
    *("Gil Groove", "Hana Hall", "Ivo Intro", "Jona Jazz", "Kim Kadenz", "Lea Legato"),
    *("Mio Moll", "Nell Note", "Ole Oktave", "Pia Presto", "Quinn Quarte", "Rui Rondo"),
    *("Siri Solo", "Tom Takt", "Uma Unisono", "Vic Vibrato", "Wim Walzer", "Yara Yamal"),
)


class Persona(Enum):
    """What somebody uses White Room for."""

    PRODUCER = "bedroom producer"
    PERFORMER = "live performer"
    ENGINEER = "mixing engineer"
    STUDENT = "student"


@dataclass(frozen=True)
class Account:
    """What somebody signs up with. None of it is real: the address is of example.org."""

    name: str
    email: str
    password: str

    @property
    def mistyped_password(self) -> str:
        """The password with a key held too long."""
        return self.password + self.password[-1]


def persona(seed: int, musician: int) -> Persona:
    """Return the same persona for the same seed and number, each as likely."""
    return random.Random(f"{seed}/{musician}/persona").choice(tuple(Persona))


def account(seed: int, musician: int, generation: int) -> Account:
    """Return the account of the ``generation``-th person who has this place among the musicians."""
    key = f"{seed}-{musician}-{generation}"
    name = random.Random(key).choice(NAMES)
    password = hashlib.sha256(f"musician {key}".encode()).hexdigest()[:20]
    return Account(name, f"musician-{key}@example.org", password)
