"""The device that a model trains on, chosen or refused in words."""

from __future__ import annotations

import os

from engine.errors import DeviceUnavailable, InvalidParameter

DEVICES = ("auto", "cpu", "cuda", "mps")


def make_fabric(device: str = "auto"):
    """A Lightning Fabric on one device; `auto` takes CUDA, then MPS, then the CPU.

    On a CUDA device that computes in bfloat16, products are taken in it and sums kept in float32.

    Raises
    ------
    DeviceUnavailable
        When CUDA or MPS is asked for and is not there.
    """
    import torch
    from lightning.fabric import Fabric

    if device not in DEVICES:
        raise InvalidParameter(f"The device must be one of {', '.join(DEVICES)}, found '{device}'. Choose one of them.")
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if device == "auto":
        device = next((name for name, is_there in there.items() if is_there), "cpu")
    if not there.get(device, True):
        raise DeviceUnavailable(
            f"A {device} device was asked for, and this machine has none that torch can use. "
            "Choose 'auto' or 'cpu', or install a torch build for your GPU."
        )
    if threads := os.environ.get("OMP_NUM_THREADS", ""):
        torch.set_num_threads(int(threads))  # what draws and measures maps leaves torch with all cores
    half = device == "cuda" and torch.cuda.is_bf16_supported()
    return Fabric(accelerator=device, devices=1, precision="bf16-mixed" if half else "32-true")


def describe(fabric) -> str:
    """The device in words: the GPU's name, or the number of CPU threads."""
    import torch

    if fabric.device.type == "cuda":
        return torch.cuda.get_device_name(fabric.device)
    threads = torch.get_num_threads()
    return "Apple GPU" if fabric.device.type == "mps" else f"CPU, {threads} thread{'s' if threads > 1 else ''}"


def free_bytes(fabric) -> float | None:
    """Memory of the device that can be had, in bytes; None where no system tells."""
    import torch

    if fabric.device.type == "cuda":
        return float(torch.cuda.mem_get_info(fabric.device)[0])
    return free_memory()


def free_memory() -> float | None:
    """Memory of this machine, or of the container we run in, that can be had, in bytes; None where no system tells."""
    found = [value for value in (_available(), _container()) if value is not None]
    return min(found) if found else None


def _available() -> float | None:
    try:
        with open("/proc/meminfo") as file:
            line = next(line for line in file if line.startswith("MemAvailable"))
        return 1024.0 * int(line.split()[1])
    except (OSError, StopIteration):
        pass
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (ValueError, OSError, AttributeError):
        return None


def _container() -> float | None:
    try:
        with open("/sys/fs/cgroup/memory.max") as limit, open("/sys/fs/cgroup/memory.current") as used:
            return float(limit.read()) - float(used.read())
    except (OSError, ValueError):  # no container, or one without a limit, which says "max"
        return None
