"""What one installation is told: where it listens, where its data lies, which pack it decides by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from router.service.callers import is_loopback

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_PACK = REPOSITORY / "rules" / "scotland"


class SettingsError(Exception):
    """The settings cannot be used. The message says which, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one installation. ``port`` 0 asks for any free port."""

    data: Path
    pack: Path = DEFAULT_PACK
    host: str = "127.0.0.1"
    port: int = 50051
    workers: int = 1
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    callers: Path | None = None

    @property
    def store_url(self) -> str:
        """The store's URL."""
        return f"sqlite:///{self.data.resolve() / 'router.db'}"

    @property
    def key_file(self) -> Path:
        """The file that holds the store's key."""
        return self.data.resolve() / "router.key"

    @property
    def uses_tls(self) -> bool:
        """Whether callers are told apart by certificate."""
        return self.tls_certificate is not None

    def check(self) -> None:
        """Refuse settings that would let strangers in. Raises ``SettingsError``."""
        tls = (self.tls_certificate, self.tls_key, self.tls_client_ca, self.callers)
        if any(tls) and not all(tls):
            raise SettingsError("--tls-cert, --tls-key, --client-ca and --callers go together: give all four or none")
        if not is_loopback(self.host) and not self.uses_tls:
            raise SettingsError(
                f"{self.host} can be reached from other machines: give --tls-cert, --tls-key, --client-ca and "
                "--callers, or listen on 127.0.0.1"
            )
        if self.workers < 1:
            raise SettingsError("--workers must be at least 1")
