#!/usr/bin/env python3
"""Counts the instructions that derbes takes for small fixed texts, and holds them against benches/instructions.json.

Counts do not depend on the machine's mood, so this fails where a wall clock could not tell. They do depend on the
compiler, the C library, valgrind and the SIMD that it knows: where those are others than the recorded ones, the ratios
are printed and nothing fails.

    benches/instructions.py [--derbes FILE] [--renew]
"""

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORD = HERE / "instructions.json"
SLACK = 0.03
# By text: its KiB.
TEXTS = {"plain.log": 4096, "events.jsonl": 4096, "support.log": 2048, "dense.log": 512, "users.sql": 512,
         "crm.sql": 1024, "fields.jsonl": 64}
POLICIES = [argument for policy in ("aitu-sauda", "anysoft", "club-1c", "justcode", "robotek")
            for argument in ("--policy", policy)]


def verdict(figure, recorded):
    """What a figure is against the recorded one.

    >>> [verdict(figure, 1000) for figure in (960, 969, 971, 1000, 1029, 1031)]
    ['cheaper', 'cheaper', '', '', '', 'DEARER']
    """
    if figure > recorded * (1 + SLACK):
        return "DEARER"
    return "cheaper" if figure < recorded * (1 - SLACK) else ""


class Counter:
    """Runs derbes under callgrind, away from any configuration."""

    def __init__(self, derbes, folder):
        self.derbes, self.folder = derbes, folder

    def run(self, *arguments):
        """Instructions, and the objects of the report, if there is one."""
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(self.derbes)]
        environment = {"PATH": os.environ["PATH"], "TZ": "UTC"}
        run = subprocess.run([*tool, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True)
        collected = re.search(r"Collected : (\d+)", run.stderr)
        if run.returncode not in (0, 1) or not collected:
            sys.exit(f"derbes {' '.join(arguments)} ended with {run.returncode}:\n{run.stderr}")
        report = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        return int(collected[1]), report

    def scan(self, text, *arguments):
        return self.run("scan", text, "--threads", "1", "--format", "jsonl", "--today", "2026-11-22", *arguments)


def measure(counter):
    """By name, instructions for each of what the name says."""
    start, _ = counter.scan("small.log")
    figures = {"--version": counter.run("--version")[0], "file of 1 KB": start}

    def each(text, unit):
        instructions, report = counter.scan(text)
        found, summary = report[:-1], report[-1]
        count = {"byte": summary["bytes_examined"], "hit": summary["hits"],
                 "row": max((finding.get("rows", 0) for finding in found), default=0)}[unit]
        figures[f"{text}, {unit}"] = round((instructions - start) / count, 3)

    for text, unit in [("plain.log", "byte"), ("events.jsonl", "byte"), ("support.log", "byte"), ("dense.log", "hit"),
                       ("users.sql", "row"), ("crm.sql", "row")]:
        each(text, unit)
    # Reading the policies is no judging.
    reading = counter.scan("small.log", *POLICIES)[0] - start
    (judged, report), (found, _) = counter.scan("fields.jsonl", *POLICIES), counter.scan("fields.jsonl")
    findings = report[-1]["findings"]
    figures["reading five policies"] = reading
    figures["fields.jsonl, finding under five policies"] = round((judged - found - reading) / findings, 3)
    return figures


def surroundings(derbes):
    """What counts depend on besides the sources."""
    built = re.search(rb"rustc version (\S+)", derbes.read_bytes())
    valgrind = subprocess.run(["valgrind", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    cpu = Path("/proc/cpuinfo")
    has_avx2 = cpu.exists() and " avx2 " in cpu.read_text()
    return {"rustc": built[1].decode() if built else "unknown", "libc": " ".join(platform.libc_ver()),
            "valgrind": valgrind, "machine": platform.machine(), "simd": "AVX2" if has_avx2 else "other"}


def write_texts(folder):
    corpus = folder / "corpus"
    source = HERE / "corpus/main.rs"
    subprocess.run([os.environ.get("RUSTC", "rustc"), "--edition", "2024", "-O", "-o", corpus, source], check=True)
    subprocess.run([corpus, folder, "1", "plain.log"], check=True)
    (folder / "plain.log").rename(folder / "small.log")
    for text, kib in TEXTS.items():
        subprocess.run([corpus, folder, str(kib), text], check=True)


def compare(figures, around):
    """Prints the figures beside the recorded ones. Whether any that may be compared is dearer."""
    record = json.loads(RECORD.read_text())
    others = [f"{name} {around[name]}, not {value}" for name, value in record["surroundings"].items()
              if around[name] != value]
    verdicts = []
    for name, figure in figures.items():
        recorded = record["figures"].get(name)
        verdicts.append(verdict(figure, recorded) if recorded else "not recorded")
        ratio = f"{figure / recorded:6.3f}" if recorded else " " * 6
        print(f"{name:45} {figure:14,} {recorded or 0:14,} {ratio}  {verdicts[-1]}")
    if others:
        print(f"not compared: {'; '.join(others)}")
        return False
    if "cheaper" in verdicts or "not recorded" in verdicts:
        print("renew the figures: benches/instructions.py --renew")
    return "DEARER" in verdicts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--derbes", type=Path, default=HERE.parent / "target/release/derbes")
    parser.add_argument("--renew", action="store_true", help="record the figures instead of comparing them")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        print("skipped: there is no valgrind")
        return 0
    derbes = arguments.derbes.resolve(strict=True)
    around = surroundings(derbes)
    with tempfile.TemporaryDirectory() as folder:
        write_texts(Path(folder))
        figures = measure(Counter(derbes, folder))
    if arguments.renew:
        RECORD.write_text(json.dumps({"surroundings": around, "figures": figures}, indent=2) + "\n")
    return int(compare(figures, around))


if __name__ == "__main__":
    sys.exit(main())
