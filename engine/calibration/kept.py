"""Calibrations kept under home, one a machine; and the one of this machine, made when it is not there."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

from engine.calibration.costs import Calibration
from engine.progress import Progress
from engine.settings import Settings
from engine.store import atomic_write

CALIBRATION_VERSION = 1


def machine_key(settings: Settings) -> str:
    """Names this machine and how it is used: processor, cores, threads, device, torch."""
    about = [CALIBRATION_VERSION, _processor(), os.cpu_count(), settings.threads, settings.device, version("torch")]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:20]


def kept(settings: Settings, key: str) -> Calibration | None:
    """The calibration of that key; None when there is none, or it cannot be read."""
    try:
        return Calibration.from_json(_file(settings, key).read_text())
    except (OSError, ValueError, TypeError):
        return None


def keep(settings: Settings, key: str, calibration: Calibration) -> None:
    """Write a calibration, whole or not at all.

    Raises
    ------
    StorageFull
        When the disk has no room.
    """
    with atomic_write(_file(settings, key)) as part:
        part.write_text(calibration.to_json())


def calibrated(settings: Settings, key: str = "", *, progress: Progress | None = None) -> Calibration:
    """The calibration of `key`, else of this machine, measured now when it is not there yet."""
    key = key or machine_key(settings)
    found = kept(settings, key)
    if found is None:
        from engine.calibration.timing import calibrate

        found = calibrate(device=settings.device, progress=progress)
        keep(settings, key, found)
    return found


def _file(settings: Settings, key: str) -> Path:
    return Path(settings.home) / "calibration" / f"{key}.json"


def _processor() -> str:
    """Its model in words, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next(iter(models), platform.machine())
