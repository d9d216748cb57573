"""How a process that lives long looks for garbage, and in what pages it keeps the rest."""

import contextlib
import ctypes
import gc
from pathlib import Path

YOUNGEST = 20_000
"""Objects that are made before any are looked through; Python's own 700 are a few pages of a template."""
_LARGE_PAGE = 2 * 1024 * 1024
_COLLAPSE = 25
"""MADV_COLLAPSE, which `mmap` does not name; Linux has it since 6.1."""


def keep_what_is_loaded() -> None:
    """Call once everything is read that stays for good: hundreds of thousands of objects of code and settings.

    Python would walk through them again and again in search of garbage, in the
    middle of somebody's request. They are set aside, and the rest is looked
    through less often. A request touches some of each, all over the memory;
    with large pages the processor has to find out less often where they are.
    """
    with contextlib.suppress(OSError, AttributeError):  # no Linux
        _use_large_pages()
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNGEST, 20, 20)


def _use_large_pages() -> None:
    """Have the kernel put together what lies in small pages of our own; where it will not, nothing changes."""
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in Path("/proc/self/maps").read_text().splitlines():
        stretch, rights, _, _, file, *name = line.split()
        if file != "0" or "w" not in rights or name not in ([], ["[heap]"]):
            continue
        begins, ends = (int(address, 16) for address in stretch.split("-"))
        first = -(-begins // _LARGE_PAGE) * _LARGE_PAGE
        for page in range(first, ends - _LARGE_PAGE + 1, _LARGE_PAGE):
            advise(page, _LARGE_PAGE, _COLLAPSE)
