"""The instruments that a channel may have: a table that only migrations change."""

from __future__ import annotations

from whiteroom_backend.database import Database
from whiteroom_backend.errors import InvalidError


class Instruments:
    """All instruments, read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._programs: dict[str, int] = {}

    async def programs(self) -> dict[str, int]:
        """Return General MIDI's program, from 0, of each instrument by its name."""
        if not self._programs:
            self._programs = dict(
                await self._database.rows("SELECT name, program FROM instruments ORDER BY position")
            )
        return self._programs

    async def check(self, name: str) -> None:
        """Raise InvalidError unless there is such an instrument."""
        if name not in await self.programs():
            raise InvalidError({"instrument": "is unknown; see GET /api/v1/instruments"})
