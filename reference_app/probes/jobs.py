"""The jobs of White Room's programs, as whiteroom.toml names them."""

from __future__ import annotations

ENGINE_JOB = "juce-backend"
BACKEND_JOB = "business-metrics"
FRONTEND_JOB = "swift-frontend"
