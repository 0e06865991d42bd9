"""Runs the job without a fault, then with each fault again and again, and says whether the tables are the same.

    python -m tests.faults.run                      all faults, each injected at least 20 times
    python -m tests.faults.run worker postgres-killed --times 5 --items 600
    python -m tests.faults.run --speed --items 6000 --cores 0.5
                                                    one worker against two, each with half a core

Needs ``redis-server``; for the clock a C compiler; for the full disk root. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from tests.faults import job
from tests.faults.injected import FAULTS, Fault, Scene, injecting, small_disk
from tests.faults.limits import limited
from tests.faults.material import EDITIONS, OUTLETS, Material
from tests.faults.tables import differences
from tests.faults.topology import SMALL, Topology
from tests.faults.website import Website

HEAD = "| fault | times | rounds | seconds a round | runs again | tables |\n| --- | ---: | ---: | ---: | ---: | --- |"
MOST_ROUNDS = 12


@contextmanager
def running(
    material: Material, *, workers: int = 2, fault: Fault | None = None, batch_size: int | None = SMALL
) -> Iterator[Topology]:
    """A topology in a folder of its own, with the early edition loaded."""
    folder = Path(tempfile.mkdtemp(prefix="copydesk-faults-", dir=Path("/var/tmp")))
    disk = small_disk(folder / "postgres") if fault and fault.small_disk else nullcontext(folder / "postgres")
    clean = False
    try:
        with (
            disk as mounted,
            Topology(material.sources(), folder, workers, bool(fault and fault.clock), batch_size) as topology,
        ):
            topology.disk = mounted
            if fault and fault.small_disk:
                topology.keep_log_short()
            job.prepare_template(topology, material)
            topology.start()
            job.wait_until_idle(topology, time.monotonic() + 300)
            yield topology
        clean = True
    finally:
        if clean:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"what it left is in {folder}", flush=True)


def try_fault(name: str, topology: Topology, website: Website, peace: job.Outcome, times: int, seed: int) -> str:
    """Rounds of the job until the fault was injected so often; gives a line of the table."""
    fault, chance = FAULTS[name], random.Random(f"{seed}/{name}")
    injected = rounds = again = 0
    seconds = 0.0
    differing: dict[str, list[str]] = {}
    assert website.material
    while injected < times and rounds < MOST_ROUNDS:
        scene = Scene(topology, website, chance)
        try:
            with injecting(fault, scene, most=times - injected, pace=peace.seconds) as moments:
                outcome = job.run_round(topology, website.material)
        except TimeoutError as error:
            job.abandon(topology)
            return f"| {fault.title} | {injected + len(moments)} | {rounds + 1} |  |  | {error} |"
        rounds, injected = rounds + 1, injected + len(moments)
        again, seconds = again + outcome.runs - 2, seconds + outcome.seconds
        found = differences(peace.tables, outcome.tables)
        print(
            f"  {name}: round {rounds}: {len(moments)} times in {outcome.seconds:.0f} s, {outcome.runs} runs",
            flush=True,
        )
        for table, lines in found.items():
            print("\n".join([f"    {table}:", *(f"      {line[:400]}" for line in lines)]), flush=True)
        differing |= found
        topology.wait_until_healthy()
    verdict = "equal" if not differing else "differ: " + ", ".join(f"{t} ({d[0]})" for t, d in differing.items())
    return f"| {fault.title} | {injected} | {rounds} | {seconds / rounds:.0f} | {again} | {verdict} |"


def run_faults(names: Sequence[str], times: int, items: int, seed: int) -> int:
    lines, equal = [], True
    with Website() as website:
        website.material = material = Material(website.base, items, seed)
        print(HEAD, flush=True)
        peace: job.Outcome | None = None
        plain = [name for name in names if not FAULTS[name].clock and not FAULTS[name].small_disk]
        groups = [plain, *([name] for name in names if name not in plain)]
        for group in filter(None, groups):
            special = FAULTS[group[0]] if group is not plain else None
            with running(material, fault=special) as topology:
                if peace is None:
                    peace = job.run_round(topology, material)
                    rows = sum(table.total() for table in peace.tables.values())
                    lines.append(f"| none | 0 | 1 | {peace.seconds:.0f} | {peace.runs - 2} | {rows:,} rows |")
                    print(lines[-1], flush=True)
                for name in group:
                    lines.append(try_fault(name, topology, website, peace, times, seed))
                    equal = equal and lines[-1].endswith("equal |")
                    print(lines[-1], flush=True)
    print("\n".join(["", HEAD, *lines]))
    return 0 if equal else 1


def compare_speed(items: int, seed: int, cores: float | None) -> int:
    """One edition on one worker and on two, with batches as in production.

    All feeds have full texts: the pages of a source are fetched by one task, which no second worker makes shorter.
    """
    seconds = {}
    outlets = tuple(replace(outlet, paged=False) for outlet in OUTLETS)
    with Website() as website:
        website.material = material = Material(website.base, items, seed, batch_size=200, outlets=outlets)
        for workers in (1, 2):
            with ExitStack() as stack:
                topology = stack.enter_context(running(material, workers=workers, batch_size=None))
                if cores:
                    stack.enter_context(limited(topology.worker_processes(), cores))
                seconds[workers] = job.run_round(topology, material, editions=EDITIONS[1:2]).seconds
            print(f"{workers} workers: {seconds[workers]:.0f} s", flush=True)
    print(f"two workers are {seconds[1] / seconds[2]:.2f} times as fast as one")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=f"of {', '.join(FAULTS)}; all where none is named")
    parser.add_argument("--times", type=int, default=20, help="how often each is injected at least (20)")
    parser.add_argument("--items", type=int, default=1500, help="of the whole job (1500)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", action="store_true", help="compare one worker with two instead")
    parser.add_argument("--cores", type=float, help="with --speed: so much of a core for each worker")
    given = parser.parse_args(arguments)
    if unknown := set(given.faults) - set(FAULTS):
        parser.error(f"there are no such faults: {', '.join(sorted(unknown))}")
    if not shutil.which("redis-server"):
        parser.error("needs redis-server: apt install redis-server, and don't let it start by itself")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    if given.speed:
        return compare_speed(given.items, given.seed, given.cores)
    return run_faults(given.faults or list(FAULTS), given.times, given.items, given.seed)


if __name__ == "__main__":
    sys.exit(main())
