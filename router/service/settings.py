"""What one installation is told: where it listens, where its data lies, which pack it decides by."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from router.service.callers import is_loopback
from router.service.sources import DEFAULT, File, Found, Given, Variables, flag_of
from router.service.storeurl import check_store_url, without_password

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_PACK = REPOSITORY / "rules" / "scotland"
MOST_QUEUE_MS = 10_000

_TLS = ("tls_certificate", "tls_key", "tls_client_ca", "callers")
_TLS_FLAGS = "--tls-cert, --tls-key, --client-ca and --callers"
_IN_WORDS = {
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "path_type": "must be a path, written as text",
    "value_error": "{error}",
}


class SettingsError(Exception):
    """The settings cannot be used. The message is one line: which, from where, what is wrong, and what to do."""

    def __init__(self, *faults: str) -> None:
        # A name out of a file or the environment may hold anything, a line end too.
        line = "; ".join(faults)
        super().__init__("".join(sign if sign.isprintable() else "?" for sign in line))


def _no_truth_value(value: object) -> object:
    # To Python ``true`` is the number 1: a file that says ``workers = true`` means something else.
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004 - pydantic collects value errors only
    return value


def _check_store(value: SecretStr) -> SecretStr:
    check_store_url(value.get_secret_value())
    return value


WholeNumber = Annotated[int, BeforeValidator(_no_truth_value)]
StoreUrl = Annotated[SecretStr, AfterValidator(_check_store)]


class Settings(BaseSettings):
    """Settings of one installation, all checked. Making one raises ``SettingsError`` with every fault found.

    A keyword given wins; then comes the environment, then the file, then the default.
    """

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True
    )

    config: Path | None = Field(default=None, description="A TOML file of settings.")
    data: Path = Field(default=Path("data"), description="Folder of the store and its key.")
    store: StoreUrl | None = Field(default=None, description="The store's URL. A secret where it holds a password.")
    key_file: Path = Field(
        default_factory=lambda given: given["data"].resolve() / "router.key",
        description="The file of the store's key.",
    )
    pack: Path = Field(default=DEFAULT_PACK, description="Folder of the rule pack that an empty store begins with.")
    host: str = Field(
        default="127.0.0.1", min_length=1, description="Address to listen on; other than loopback needs TLS."
    )
    port: WholeNumber = Field(default=50051, ge=0, le=65535, description="Port; 0 takes any free one.")
    workers: WholeNumber = Field(default=1, ge=1, description="Worker processes on the one port.")
    queue_ms: WholeNumber = Field(
        default=50,
        ge=1,
        le=MOST_QUEUE_MS,
        description="How long, in milliseconds, accepted work may be expected to wait for its turn.",
    )
    tls_certificate: Path | None = Field(default=None, description="The server's certificate.")
    tls_key: Path | None = Field(default=None, description="The certificate's private key.")
    tls_client_ca: Path | None = Field(default=None, description="Who signs callers' certificates.")
    callers: Path | None = Field(default=None, description="The list of callers, as YAML.")

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours refuses misspelt variables
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - one file is enough
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources, the strongest first."""
        return Given(settings_cls, init_settings), Variables(settings_cls), File(settings_cls)

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, found: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if not isinstance(found, dict):
            return handler(found)
        made: Self | None = None
        faults: list[str] = []
        try:
            made = handler({name: one.value for name, one in found.items()})
        except ValidationError as error:
            faults = list(_in_words(error, found))
        if made is not None:
            made._origins = {name: one.origin for name, one in found.items()}  # noqa: SLF001 - of its own class
            faults = list(made._at_odds())  # noqa: SLF001 - of its own class
        # Raised down here, where the error that pydantic made, which knows the values, is not its context.
        if made is None or faults:
            raise SettingsError(*faults)
        return made

    @property
    def store_url(self) -> str:
        """The store's URL, with its password. For opening the store; it belongs in no message and no log."""
        if self.store is None:
            return f"sqlite:///{self.data.resolve() / 'router.db'}"
        return self.store.get_secret_value()

    @property
    def shown_store(self) -> str:
        """The store's URL with ``***`` for every password."""
        return without_password(self.store_url)

    @property
    def uses_tls(self) -> bool:
        """Whether callers are told apart by certificate."""
        return self.tls_certificate is not None

    def origin(self, name: str) -> str:
        """Return where a setting comes from: a flag, a variable, a file, or ``default``."""
        return self._origins.get(name, DEFAULT)

    def shown(self, name: str) -> str | int | None:
        """Return a setting's value as people may see it."""
        if name == "store":
            return self.shown_store
        value = getattr(self, name)
        return str(value) if isinstance(value, Path) else value

    def check_files(self) -> None:
        """Refuse to serve with certificates or a list of callers that cannot be read. Raises ``SettingsError``."""
        faults = []
        for name in _TLS:
            path: Path | None = getattr(self, name)
            try:
                if path is not None:
                    path.open("rb").close()
            except OSError as error:
                faults.append(f"{self.whence(name)}: {path} cannot be read: {error.strerror}: name a file that can")
        if faults:
            raise SettingsError(*faults)

    def make_folders(self) -> None:
        """Make the folders of the key, and of the store where it is the default one."""
        self.key_file.parent.mkdir(parents=True, exist_ok=True)
        if self.store is None:
            self.data.mkdir(parents=True, exist_ok=True)

    def whence(self, name: str) -> str:
        """Return a setting's name with its origin, as messages begin."""
        return f"{name} ({self.origin(name)})"

    def to_line(self) -> bytes:
        """Return every setting with its origin as one line of JSON, secrets included, for a worker's standard input."""
        return json.dumps({name: [self._plain(name), self.origin(name)] for name in type(self).model_fields}).encode()

    def _plain(self, name: str) -> str | int | None:
        value = getattr(self, name)
        if isinstance(value, SecretStr):
            return value.get_secret_value()
        return str(value) if isinstance(value, Path) else value

    def _at_odds(self) -> Iterator[str]:
        """Yield what settings that are each right in themselves would do wrong together."""
        given = [name for name in _TLS if getattr(self, name) is not None]
        if given and len(given) < len(_TLS):
            missing = " and ".join(name for name in _TLS if name not in given)
            yield (
                f"{' and '.join(self.whence(name) for name in given)} without {missing}: "
                f"{_TLS_FLAGS} go together: give all four or none"
            )
        if not is_loopback(self.host) and not given:
            yield (
                f"{self.whence('host')} can be reached from other machines: give {_TLS_FLAGS}, or listen on 127.0.0.1"
            )


class IsolatedSettings(Settings):
    """Settings that are what they are given and nothing else: neither environment nor file is looked at.

    For what must not be turned by its surroundings: a worker has what its supervisor passed on, and a demonstration
    or a measurement fills a store of its own and never the installation's.
    """

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the point of the class
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the one source."""
        return (Given(settings_cls, init_settings),)

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """Return the settings that ``to_line`` wrote, with their origins."""
        given: dict[str, Any] = {name: Found(value, origin) for name, (value, origin) in json.loads(line).items()}
        return cls(**given)


def _in_words(error: ValidationError, found: Mapping[str, Found]) -> Iterator[str]:
    """Yield each fault with its origin, and without the value: it may be a secret."""
    for one in error.errors(include_url=False, include_input=False):
        name = str(one["loc"][0])
        if one["type"] == "default_factory_not_called":
            continue  # a consequence of another fault that is told
        if one["type"] == "extra_forbidden":
            yield found[name].fault or f"{flag_of(name)} names no setting"
            continue
        what = _IN_WORDS.get(one["type"], "cannot be used").format_map(one.get("ctx", {}))
        yield f"{name} ({found[name].origin}) {what}"
