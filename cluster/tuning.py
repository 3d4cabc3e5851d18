"""The private server's settings: bulk loads and a live screen on a small machine."""

import os
import shutil
from pathlib import Path

MB = 1024 * 1024
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def options(socket: Path, data: Path, *, disposable: bool) -> dict[str, str]:
    """Every setting that differs from PostgreSQL's own.

    Disposable clusters (tests) give up safety against a crash for speed, and stay small.
    """
    buffers = 128 * MB if disposable else min(1024 * MB, memory() // 4)
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "max_connections": "200",
        "shared_buffers": f"{buffers // MB}MB",
        "dynamic_shared_memory_type": "posix" if _roomy(Path("/dev/shm")) else "mmap",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_compression": "on",
        "max_wal_size": f"{_wal(data) // MB}MB",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "on",
        # A bulk load outdates the planner's figures within a minute; its own pace is for calm tables.
        "autovacuum_naptime": "15s",
        "autovacuum_analyze_scale_factor": "0.02",
        "autovacuum_vacuum_cost_limit": "1000",
    }
    unsafe = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    return chosen | unsafe if disposable else chosen


def memory() -> int:
    """The bytes of memory that this machine or container may use."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(physical, int(CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):  # no such control group, or "max"
        return physical


def _wal(data: Path) -> int:
    """Up to 8 GB between checkpoints, a tenth of what the disk has left at most."""
    return max(256 * MB, min(8192 * MB, shutil.disk_usage(data).free // 10))


def _roomy(shm: Path) -> bool:
    """Whether shared memory holds a parallel query; containers often give it 64 MB."""
    return shm.is_dir() and shutil.disk_usage(shm).total >= 512 * MB
