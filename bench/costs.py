"""What CPU time processes use, as the system tells it under /proc; not a number where there is none."""

import math
import os
from dataclasses import dataclass

from launch.processes import PROC


def cpu_seconds(root: int, *, with_ended: bool = False) -> float:
    """CPU time of a process and all below it; with those that have ended, too, when asked."""
    if not PROC.is_dir():
        return math.nan
    ticks, parents = {}, {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                # The name, in brackets, may itself hold spaces and brackets.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            pid = int(entry.name)
            parents[pid] = int(fields[1])
            ticks[pid] = sum(map(int, fields[11 : 15 if with_ended else 13]))
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(ticks.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Machine:
    """CPU time of all cores since they started, and how much of it our processes used."""

    busy: float
    all: float
    ours: float

    @classmethod
    def now(cls, postmaster: int) -> "Machine":
        """`postmaster` is the process of the bench's PostgreSQL, which is nobody's child."""
        if not PROC.is_dir():
            return cls(math.nan, math.nan, math.nan)
        first = (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]
        user, nice, system, idle, iowait, irq, softirq, stolen = (
            int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in first
        )
        busy = user + nice + system + irq + softirq + stolen
        ours = cpu_seconds(os.getpid(), with_ended=True) + cpu_seconds(postmaster, with_ended=True)
        return cls(busy, busy + idle + iowait, ours)

    def taken_by_others(self, since: "Machine") -> float:
        """Share of the machine that other programs had, from 0 to 1."""
        return max(0.0, (self.busy - since.busy) - (self.ours - since.ours)) / (self.all - since.all)
