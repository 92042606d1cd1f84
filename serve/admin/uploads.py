"""From an uploaded archive to a checked adapter folder. What arrives never outlives its private folder."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from adapters import cards
from adapters.intake import BaseSpec, Deny, Inspected, IntakeLimits, IntakeRefused, deny_by, inspect, unpack
from adapters.masking import mask_extras
from deid import Concealer, ConcealmentError, PolicyError, choose_policy, load_policies
from serve.engine.lineage import load_deny_list
from serve.engine.profile import EngineRefused, load_profile
from serve.errors import ConcealmentFailed, ServeError, Unavailable
from serve.settings import Settings

AT_ONCE = 2
AS_OF_LENGTH = 32
_NO_ROOM = "intake_unavailable"  # the intake's word for a disk of ours that is full or gone
_ARCHIVE, _CONTENT = "archive", "content"


class AdapterRefused(ServeError):
    """The submission is no adapter that may be served.

    `code` is the intake's own or one of this module's, the text names file and tensor.
    """

    status, kind = 422, "invalid_request_error"
    code: ClassVar[str] = "adapter_refused"
    message = "The adapter was refused."

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        vars(self)["code"] = code


class BaseUnreadable(Unavailable):
    """The admin plane can't read the base model's description, so it can't judge adapters."""

    code: ClassVar[str] = "base_unreadable"
    message = "The base model of the engine profile can't be read here, so no adapter can be checked."


class UploadSpaceFull(Unavailable):
    """The folder for uploads can't be written: its disk is full or gone."""

    code: ClassVar[str] = "upload_space_full"
    message = "There is no room for the upload right now."


@dataclass(frozen=True, slots=True)
class Requirements:
    """What every adapter has to fit."""

    base: BaseSpec
    deny: Deny


@dataclass(frozen=True, slots=True)
class Received:
    """A checked adapter in a private folder, and its card (made from what was found when it brought none)."""

    folder: Path
    digest: str
    card: Mapping[str, Any]
    as_of: str | None


class Uploads:
    """Takes in a few submissions at a time."""

    def __init__(
        self,
        folder: Path,
        limits: IntakeLimits,
        requirements: Callable[[], Requirements],
        protector: Callable[[], Concealer],
    ) -> None:
        """`protector` answers what finds personal data in the files beside an adapter."""
        self._folder = folder
        self._limits = limits
        self._requirements = requirements
        self._protector = cache(protector)
        self._known: Requirements | None = None
        self._gate = asyncio.Semaphore(AT_ONCE)

    def clear(self) -> None:
        """Remove what a killed process left."""
        shutil.rmtree(self._folder, ignore_errors=True)

    @asynccontextmanager
    async def receive(self, ministry: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[Received]:
        """The checked submission, while the block runs.

        Raises AdapterRefused, BaseUnreadable, UploadSpaceFull, ConcealmentFailed.
        """
        async with self._gate:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = Path(tempfile.mkdtemp(dir=self._folder))
            try:
                await self._write(draft / _ARCHIVE, chunks)
                yield await asyncio.to_thread(self._check, draft, ministry)
            finally:
                shutil.rmtree(draft, ignore_errors=True)

    async def _write(self, archive: Path, chunks: AsyncIterator[bytes]) -> None:
        written = 0
        stream = await asyncio.to_thread(archive.open, "xb")
        with stream:
            async for chunk in chunks:
                written += len(chunk)
                if written > self._limits.archive_bytes:
                    most = self._limits.archive_bytes
                    raise AdapterRefused("archive_too_large", f"expected at most {most} bytes")
                try:
                    await asyncio.to_thread(stream.write, chunk)
                except OSError:
                    raise UploadSpaceFull from None

    def _check(self, draft: Path, ministry: str) -> Received:
        needed = self._read_requirements()
        try:
            folder = unpack(draft / _ARCHIVE, draft / _CONTENT, self._limits)
            (draft / _ARCHIVE).unlink()
            found = inspect(folder, needed.base, needed.deny, self._limits)
            mask_extras(folder, self._protector())
            return describe(folder, found, needed.base, ministry)
        except PolicyError:
            raise ConcealmentFailed("The concealment policy of the settings can't be used.") from None
        except ConcealmentError:
            raise AdapterRefused("extra_unprotected", "the files beside the adapter can't be protected") from None
        except IntakeRefused as exc:
            if exc.code == _NO_ROOM:
                raise UploadSpaceFull from None
            raise AdapterRefused(exc.code, exc.message) from None
        except OSError:
            raise UploadSpaceFull from None

    def _read_requirements(self) -> Requirements:
        if self._known is None:
            try:
                self._known = self._requirements()
            except (EngineRefused, IntakeRefused) as exc:
                raise BaseUnreadable from exc
        return self._known


def describe(folder: Path, found: Inspected, base: BaseSpec, ministry: str) -> Received:
    """The accepted adapter with its card. Raises IntakeRefused when the card names another ministry."""
    facts = {"dtype": found.dtype, "content_bytes": found.content_bytes, "tensors": found.tensor_count}
    if not (folder / cards.CARD_FILE).exists():
        made = {
            "ministry": ministry,
            "base_model": base.name,
            "base_digest": base.digest,
            "rank": found.rank,
            "alpha": found.alpha,
            "target_modules": list(found.target_modules),
        }
        return Received(folder, found.digest, made | facts, None)
    card = cards.load(folder)
    if card.ministry != ministry:
        raise IntakeRefused("ministry_mismatch", f"{cards.CARD_FILE}: it is another ministry's adapter")
    as_of = card.as_of if 0 < len(card.as_of) <= AS_OF_LENGTH and card.as_of.isprintable() else None
    return Received(folder, found.digest, asdict(card) | facts, as_of)


def read_requirements(settings: Settings) -> Requirements:
    """What the engine profile's base model asks of an adapter. Raises EngineRefused, IntakeRefused."""
    profile = load_profile(settings.engine.profile, settings.home)
    aliases = [name for name in (profile.model.hub_id,) if name]
    base = BaseSpec.from_folder(profile.model_path, max_rank=profile.lora.max_rank, aliases=aliases)
    families = {family.name: family.pattern for family in load_deny_list().families}
    return Requirements(base, deny_by(families))


def open_protector(settings: Settings) -> Concealer:
    """The concealer of the settings' policy. Raises deid.PolicyError when there is none of that name."""
    return Concealer(choose_policy(load_policies(settings.deid.policy_dir), settings.deid.policy))
