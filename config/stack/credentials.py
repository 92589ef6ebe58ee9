"""Secrets and passwords: made once, kept in ``secrets.env``, readable by their owner only."""

from __future__ import annotations

import secrets
from pathlib import Path

from .text_files import read_pairs, write_atomically

NAMES = (
    "SECRET_KEY",
    "API_TOKEN_SECRET",
    "WTF_CSRF_SECRET_KEY",
    "TERRITOIRES_ADMIN_PASSWORD",
    "TERRITOIRES_DEMO_PASSWORD",
)
FILE_NAME = "secrets.env"


def load(state: Path) -> dict[str, str]:
    """Return the secrets of the stack in ``state``, making those that do not exist yet."""
    path = state / FILE_NAME
    kept = read_pairs(path)
    missing = [name for name in NAMES if name not in kept]
    if missing:
        kept |= {name: _new(name) for name in missing}
        write_atomically(path, "".join(f"{k}={v}\n" for k, v in kept.items()), mode=0o600)
    return kept


def _new(name: str) -> str:
    # A password is typed by a person; a key never is.
    return secrets.token_hex(8) if name.endswith("PASSWORD") else secrets.token_urlsafe(32)
