"""What goes wrong under a store: a full disk, a connection cut in the middle of an upload."""

from __future__ import annotations

import asyncio
import errno
import threading
from types import TracebackType
from typing import Any

from fsspec.implementations.local import LocalFileOpener, LocalFileSystem


class FullDisk(LocalFileSystem):
    """A local file system whose writes fail once `room` bytes were taken; it counts the refusals."""

    protocol = "fulldisk"
    room = 1 << 40
    refused = 0

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        return LocalFileSystem._strip_protocol(str(path).removeprefix("fulldisk://"))

    def _open(self, path: str, mode: str = "rb", block_size: int | None = None, **kwargs: Any) -> Any:
        return _Counting(path, mode, fs=self, **kwargs)


class _Counting(LocalFileOpener):
    def write(self, data: bytes) -> int:
        if len(data) > FullDisk.room:
            FullDisk.refused += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        FullDisk.room -= len(data)
        return int(self.f.write(data))


class CuttingRelay:
    """A TCP relay that resets every connection after `cut_after` bytes from the client, while that is set."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self.cut_after: int | None = None
        self.cuts = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> CuttingRelay:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._relay, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        down = asyncio.create_task(_copy(up_reader, writer))
        passed = 0
        while chunk := await reader.read(1 << 14):
            passed += len(chunk)
            if self.cut_after is not None and passed > self.cut_after:
                self.cuts += 1
                writer.transport.abort()
                up_writer.transport.abort()
                break
            up_writer.write(chunk)
        up_writer.close()
        await down


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
    except ConnectionError:
        pass
    writer.close()
