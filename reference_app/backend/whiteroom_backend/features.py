"""What people use White Room's features for, and whether these worked."""

from __future__ import annotations

import uuid

from whiteroom_backend.database import Database
from whiteroom_backend.errors import NotFoundError
from whiteroom_backend.recorder import FEATURES, NullRecorder


class Features:
    """The uses of all features, one row for each account and feature."""

    def __init__(self, database: Database, recorder: NullRecorder) -> None:
        self._database = database
        self._recorder = recorder

    async def use(self, account: uuid.UUID, feature: str, ok: bool) -> None:
        """Note a use. Raises NotFoundError when there is no such feature."""
        if feature not in FEATURES:
            raise NotFoundError(f"no such feature; expected one of {', '.join(sorted(FEATURES))}")
        await self._database.rows(
            "INSERT INTO feature_uses AS kept (account_id, feature, uses, failures, latest) "
            "VALUES (%s, %s, 1, %s, now()) ON CONFLICT (account_id, feature) DO UPDATE "
            "SET uses = kept.uses + 1, failures = kept.failures + excluded.failures, "
            "latest = now()",
            *(account, feature, 0 if ok else 1),
        )
        self._recorder.feature_used(feature, ok)
