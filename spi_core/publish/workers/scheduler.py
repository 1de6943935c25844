"""Make documents on the workers of a Dask cluster, which need no disk in common with us."""

from __future__ import annotations

import io
import queue
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from spi_core.edition.fingerprint import code_version
from spi_core.errors import Fault, InputError, SpiError, unforeseen
from spi_core.files import digest
from spi_core.publish.keep.hashes import project_sources
from spi_core.publish.render.job import Made, RenderJob
from spi_core.publish.render.make import make_document
from spi_core.text.yaml_text import parse_yaml

#: Seconds to wait for the scheduler, then for a first worker or for a new one when all have gone.
CONNECT, WORKERLESS = 20.0, 60.0
_POLL = 2.0
#: A document changes folder and environment of its process: one at a time, whatever the threads.
_one_at_a_time = threading.Lock()
_unpacked: dict[str, Path] = {}


def check_address(address: str) -> None:
    """Refuse what cannot be the address of a scheduler, before any work.

    Parameters
    ----------
    address : str
        Such as ``tcp://10.0.0.4:8786``.

    Raises
    ------
    InputError
        If it is none, or Dask is not installed.
    """
    try:
        from distributed.comm.addressing import get_address_host_port

        get_address_host_port(address)
    except ImportError:
        message = "needs Dask, which is not installed"
        allowed = "pip install 'spi-core[cluster]', or no --scheduler"
    except ValueError as error:
        message, allowed = f"is not the address of a scheduler: {error}", "tcp://HOST:PORT"
    else:
        return
    raise InputError([Fault("command line", message, None, "--scheduler", address, allowed)])


def _client(address: str) -> Any:
    check_address(address)
    from distributed import Client

    connect: Any = Client  # its constructor has no types
    try:
        return connect(address, timeout=CONNECT, set_as_default=False)
    except (OSError, TypeError) as error:
        raise SpiError(f"no Dask scheduler answers at {address}: {error}") from error


def _check_workers(client: Any, address: str) -> None:
    """Stop unless there is a worker and all of them run our code."""
    try:
        client.wait_for_workers(1, timeout=WORKERLESS)
    except TimeoutError as error:
        raise SpiError(f"the Dask scheduler at {address} has no workers") from error
    said = client.run(code_version, on_error="return")
    other = {w: s for w, s in said.items() if s != code_version()}
    if other:
        worker, answer = min(other.items(), key=lambda item: item[0])
        why = answer if isinstance(answer, Exception) else "another version of spi or a library"
        raise SpiError(
            f"{len(other)} of {len(said)} Dask workers would not make the same documents, "
            f"first {worker}: {why}"
        )


def _brand_fonts(root: Path) -> list[Path]:
    """Find the fonts that ``_brand.yml`` names: charts read them by these paths."""
    path = root / "_brand.yml"
    brand = parse_yaml(str(path), path.read_bytes()) if path.is_file() else {}
    listed = ((brand or {}).get("typography") or {}).get("fonts") or []
    return [root / file["path"] for font in listed for file in font.get("files", [])]


def pack(root: Path, tables: Path | None, jobs: Iterable[RenderJob]) -> bytes:
    """Pack what documents read, so that a worker elsewhere finds it all.

    Parameters
    ----------
    root : Path
        The project's folder.
    tables : Path or None
        ``reports/<edition>/tables``.
    jobs : iterable of RenderJob
        The documents.

    Returns
    -------
    bytes
        A tar archive of sources, brand, fonts and tables: the same for the same files.
    """
    sources = {path for job in jobs for path in project_sources(root, job.source)}
    files = {f"project/{p.relative_to(root)}": p for p in {*sources, *_brand_fonts(root)}}
    if tables is not None:
        built = [*tables.glob("*.parquet"), tables / "build.json"]
        beside = tables.parent.glob("impact/*.json")
        files |= {f"reports/{p.relative_to(tables.parent)}": p for p in [*built, *beside]}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in sorted(files):
            if files[name].is_file():
                content = files[name].read_bytes()
                entry = tarfile.TarInfo(PurePosixPath(name).as_posix())
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """Unpack what :func:`pack` has packed.

    Parameters
    ----------
    packed : bytes
        The archive.
    folder : Path
        Where ``project`` and ``reports`` shall stand.
    """
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")


def _hold(packed: bytes) -> bytes:
    """Keep the archive in the cluster: as a task's result it is made again when a worker dies."""
    return packed


def _local_copy(packed: bytes, key: str) -> Path:
    """Unpack once a process, in a folder that goes when the worker does."""
    if key not in _unpacked or not _unpacked[key].is_dir():
        from distributed import get_worker

        above = Path(get_worker().local_directory)
        folder = Path(tempfile.mkdtemp(prefix="spi-", dir=above))
        unpack(packed, folder)
        _unpacked[key] = folder
    return _unpacked[key]


def _remote(packed: bytes, key: str, job: RenderJob, code: str) -> Made | SpiError:
    """Make one document on a worker."""
    from spi_core.present.base import theme

    if code != code_version():
        return SpiError("the Dask worker runs another version of spi")
    with _one_at_a_time:
        folder = _local_copy(packed, key)
        theme.forget()
        places = {"SPI_ROOT": folder / "project", "SPI_TABLES": folder / "reports" / "tables"}
        environment = {**job.environment, **{k: str(v) for k, v in places.items()}}
        there = replace(job, source=folder / "project" / job.source, environment=environment)
        try:
            return make_document(there)
        except SpiError as error:
            return error
        except BaseException as error:  # a notebook may call sys.exit; the worker goes on
            return unforeseen(error)


def _places(job: RenderJob) -> tuple[Path, Path | None]:
    """Tell where a job's project and tables are."""
    root = Path(job.environment.get("SPI_ROOT") or job.source.parent).resolve()
    tables = job.environment.get("SPI_TABLES")
    return root, Path(tables) if tables else None


def _submit(client: Any, jobs: Sequence[RenderJob]) -> Mapping[Any, int]:
    """Hand out every job, with one archive a project and edition; return their positions."""
    groups: dict[tuple[Path, Path | None], list[int]] = {}
    for index, job in enumerate(jobs):
        groups.setdefault(_places(job), []).append(index)
    futures: dict[Any, int] = {}
    for (root, tables), members in groups.items():
        packed = pack(root, tables, [jobs[i] for i in members])
        key = digest(packed)
        held = client.submit(_hold, packed, key=f"spi-{key}")
        for index in members:
            source = jobs[index].source.resolve().relative_to(root)
            job = replace(jobs[index], source=source, output_stem=Path(source.stem))
            future = client.submit(_remote, held, key, job, code_version(), pure=False)
            futures[future] = index
    return futures


def _answer(future: Any) -> Made | SpiError:
    if future.status == "finished":
        made: Made | SpiError = future.result()
        return made
    if future.status == "error":
        error = unforeseen(future.exception())
        return SpiError(f"the Dask worker failed: {error}", error.details)
    return SpiError(f"the Dask cluster gave it up ({future.status})")


def make_on_cluster(
    address: str, jobs: Sequence[RenderJob], finished: Callable[[int, Made | SpiError], None]
) -> None:
    """Make documents on a Dask cluster.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://10.0.0.4:8786``.
    jobs : sequence of RenderJob
        The documents; sources and tables are sent along.
    finished : callable
        Called here with the position of each job and its files as bytes, as they arrive; with an
        error instead where the worker or the cluster failed.

    Raises
    ------
    InputError
        If Dask is not installed.
    SpiError
        If the scheduler does not answer, has no workers, or they run other code.

    Notes
    -----
    A document whose worker dies is made again by another one, up to the scheduler's
    ``allowed-failures``. A worker process makes one document at a time: start one worker a core,
    ``dask worker --nthreads 1 --nworkers auto``. Processes are reused, each document with a
    namespace of its own.
    """
    client = _client(address)
    try:
        _check_workers(client, address)
        waiting = _submit(client, jobs)
        ready: queue.Queue[Any] = queue.Queue()
        for future in waiting:
            future.add_done_callback(ready.put)
        seen = time.monotonic()
        for _ in range(len(waiting)):
            while (future := _next(ready)) is None:
                if client.scheduler_info()["workers"]:
                    seen = time.monotonic()
                elif time.monotonic() - seen > WORKERLESS:
                    raise SpiError(f"all workers of the Dask scheduler at {address} have gone")
            finished(waiting[future], _answer(future))
    finally:
        client.close()


def _next(ready: queue.Queue[Any]) -> Any | None:
    try:
        return ready.get(timeout=_POLL)
    except queue.Empty:
        return None
