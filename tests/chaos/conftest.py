"""What the tests of chaos share: an empty database in a file, and a disk that is soon full."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests import databases


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Engine]:
    """An empty SQLite database."""
    with databases.sqlite(tmp_path) as engine:
        yield engine


# Empty databases, each with a folder.
Both = list[tuple[Engine, Path]]


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """One of either kind, for what can go on in both at once."""
    folders = [tmp_path / name for name in ("sqlite", "postgres")]
    for each in folders:
        each.mkdir()
    with databases.sqlite(folders[0]) as lite, databases.postgres() as postgres:
        yield list(zip((lite, postgres), folders, strict=True))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """16 MB of memory as a file system, of which a write-ahead log takes 4.

    Only root may mount; test_full_disk has a test that needs no rights.
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not allowed here; max_page_count stands for it")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
