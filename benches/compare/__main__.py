"""Writes the texts, times the tools on them in turn, prints the table, and checks what was found."""

import argparse
import contextlib
import io
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import check
import timing
import tools

FILES = ["app.log", "access.log", "events.jsonl", "users.sql", "crm.sql"]
# MiB of each text whose findings are compared.
CHECKED = 4
README = Path(__file__).resolve().parent.parent / "README.md"
MARKS = ["<!-- compare.sh writes from here -->", "<!-- to here -->"]


def arguments():
    parser = argparse.ArgumentParser(prog="benches/compare.sh")
    parser.add_argument("folder", metavar="DIR", type=Path, help="where the texts are written, and stay")
    parser.add_argument("--derbes", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--mib", type=int, default=512, help="the length of each text in MiB")
    parser.add_argument("--runs", type=int, default=5, help="how often each is timed; medians are shown")
    parser.add_argument("--slice", type=int, default=8, help="MiB of each text that the secret scanners are timed on")
    parser.add_argument("--cpu", action="store_true", help="seconds of all cores: for a machine that is shared")
    parser.add_argument("--renew", action="store_true", help="put the report into benches/README.md as well")
    parser.add_argument("--tree", type=Path, help="a source tree to scan besides")
    return parser.parse_args()


def write(folder, mib, names):
    """Writes the texts that are not there yet in this length."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (folder / name).exists() or not mib << 20 <= (folder / name).stat().st_size < (mib << 20) + (1 << 20):
            subprocess.run([folder.parent / "corpus", folder, str(mib << 10), name], check=True)
    return [folder / name for name in names]


def compress(text):
    """The text as gzip and zstd make it, with their defaults."""
    made = []
    for tool, ending in (("gzip", ".gz"), ("zstd", ".zst")):
        stored = text.with_name(text.name + ending)
        if shutil.which(tool):
            if not stored.exists() or stored.stat().st_mtime < text.stat().st_mtime:
                subprocess.run([tool, "-q", "-k", "-f", text], check=True)
            made.append((stored, [tool, "-dc", stored]))
    return made


def rows(options, scanners):
    """What is timed: a title, its bytes, and by column the command."""
    derbes, folder = options.derbes.resolve(), options.folder.resolve()
    texts = write(folder / "whole", options.mib, FILES)
    for text in texts:
        commands = tools.derbes(derbes, text) | {"limit": ["wc", "-l", text], "cat": ["cat", text]}
        yield text.name, text.stat().st_size, commands | tools.ripgrep(text)
    for stored, decode in compress(texts[0]):
        yield stored.name, texts[0].stat().st_size, tools.derbes(derbes, stored) | {"limit": decode}
    small = folder / "plain.log"
    subprocess.run([folder / "corpus", folder, "1", small.name], check=True)
    yield "1 KB", small.stat().st_size, tools.derbes(derbes, small) | {"limit": ["true"]}
    if options.tree:
        yield tree(derbes, options.tree.resolve())
    if scanners:
        for text in write(folder / "slice", options.slice, FILES):
            commands = tools.derbes(derbes, text) | tools.ripgrep(text)
            by_scanner = {name: scanner.command(text) for name, scanner in scanners.items()}
            yield f"{text.name}, {options.slice} MiB", text.stat().st_size, commands | by_scanner


def tree(derbes, root):
    """The files of a source tree but those of git, which nobody here reads."""
    files = size = 0
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        files += len(names)
        size += sum(os.lstat(os.path.join(folder, name)).st_size for name in names)
    read = ["sh", "-c", 'find "$0" -name .git -prune -o -type f -print0 | xargs -0 cat', root]
    commands = tools.derbes(derbes, root) | {"limit": read} | tools.ripgrep(root)
    return f"{root.name}: {files:,} files", size, commands


def surroundings(binary, scanners):
    """The machine and the versions, as a paragraph."""
    cpu = Path("/proc/cpuinfo")
    models = [line.split(":")[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    model = models[0] if models else platform.machine()
    yield f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()};"
    yield f"load {load} before the run;"
    yield "; ".join(tools.versions(binary, scanners)) + "."


def report(options):
    """Prints everything. Whether derbes missed anything."""
    scanners = tools.scanners(options.folder.resolve())
    print("\n".join(surroundings(options.derbes, scanners)), end="\n\n")
    timing.show(list(rows(options, scanners)), options.runs, options.cpu)
    checked = write(options.folder.resolve() / "checked", CHECKED, FILES)
    return check.misses(options.derbes.resolve(), scanners, checked)


def renew(told):
    """Puts the report between the marks of the README."""
    before, rest = README.read_text().split(MARKS[0])
    _, after = rest.split(MARKS[1])
    README.write_text(f"{before}{MARKS[0]}\n{told}{MARKS[1]}{after}")


def main():
    options = arguments()
    os.environ["LC_ALL"] = "C"
    with contextlib.redirect_stdout(io.StringIO()) as told:
        has_missed = report(options)
    print(told.getvalue(), end="")
    if options.renew:
        renew(told.getvalue())
    return int(has_missed)


if __name__ == "__main__":
    sys.exit(main())
