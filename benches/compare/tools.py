"""The tools that are compared: how each is run, and what it found as (line, kind, value)."""

import json
import re
import shutil
import subprocess
from pathlib import Path

PATTERNS = Path(__file__).resolve().parent.parent / "four-patterns.rx"
KINDS = ["iin", "phone", "email", "iban"]
SQL = ".sql"


def derbes(binary, path):
    def scan(threads):
        return [binary, "scan", path, "--threads", str(threads), "--format", "jsonl", "--fail-on", "never"]

    return {"derbes, 1 thread": scan(1), "derbes, 2 threads": scan(2)}


def ripgrep(path):
    what = ["-o", "-b"] if path.suffix == SQL else ["-c"]
    walk = ["-j", "2", "--hidden", "-g", "!.git"] if path.is_dir() else []
    command = ["rg", "--no-config", "-a", "--no-unicode", *what, *walk, "-f", PATTERNS, path]
    return {"ripgrep": command} if shutil.which("rg") else {}


def found_by_derbes(binary, path):
    command = [binary, "scan", path, "--places", "all", "--min-confidence", "low", "--format", "jsonl"]
    text = path.read_bytes()
    for line in subprocess.run(command, capture_output=True, check=False).stdout.splitlines():
        finding = json.loads(line)
        if finding["type"] == "finding" and finding["category"] in KINDS:
            for place in finding["places"]:
                value = text[place["offset"]:place["offset"] + place["length"]]
                yield place["line"], finding["category"], value.decode()


def found_by_ripgrep(path):
    command = ["rg", "--no-config", "-a", "--no-unicode", "-n", "-o", "-f", PATTERNS, path]
    for line in subprocess.run(command, capture_output=True, check=False).stdout.decode().splitlines():
        number, value = line.split(":", 1)
        yield int(number), kind(value), value


def kind(value):
    if "@" in value:
        return "email"
    if value.startswith("KZ"):
        return "iban"
    return "iin" if re.fullmatch(r"[0-9]{12}", value) else "phone"


class Kingfisher:
    """Secret scanners take the four patterns as rules of their own."""

    binary, version = "kingfisher", ["--version"]

    def __init__(self, folder):
        self.folder = folder
        self.rules = folder / "kingfisher.yml"
        rules = ["rules:\n"]
        for name, pattern in zip(KINDS, PATTERNS.read_text().splitlines()):
            rules.append(f"  - name: {name}\n    id: own.{name}.1\n    pattern: {json.dumps(f'({pattern})')}\n"
                         "    min_entropy: 0.0\n    confidence: low\n    examples: []\n")
        self.rules.write_text("".join(rules))

    def command(self, path):
        return [self.binary, "scan", path, "--rules-path", self.rules, "--load-builtins=false", "--no-validate",
                "--no-dedup", "--confidence", "low", "--no-update-check", "--format", "jsonl",
                "--rule-cache-dir", self.folder / "rules"]

    def found(self, path):
        for line in subprocess.run(self.command(path), capture_output=True, check=False).stdout.splitlines():
            if b'"snippet"' in line:
                found = json.loads(line)
                yield found["finding"]["line"], found["rule"]["description"], found["finding"]["snippet"]


class Betterleaks:
    binary, version = "betterleaks", ["version"]

    def __init__(self, folder):
        self.rules = folder / "betterleaks.toml"
        rules = [f"[[rules]]\nid = '{name}'\ndescription = '{name}'\nregex = '''({pattern})'''\n\n"
                 for name, pattern in zip(KINDS, PATTERNS.read_text().splitlines())]
        self.rules.write_text("".join(rules))

    def command(self, path):
        return [self.binary, "fs", path, "-c", self.rules, "--jsonl", "--no-banner", "--exit-code", "0", "-l", "error"]

    def found(self, path):
        for line in subprocess.run(self.command(path), capture_output=True, check=False).stdout.splitlines():
            if b'"finding"' in line:
                found = json.loads(line)["finding"]
                yield found["location"]["start_line"], found["rule_id"], found["match"]["value"]


def scanners(folder):
    """Those that are installed, by the column of the table."""
    known = {"Kingfisher": Kingfisher, "betterleaks": Betterleaks}
    return {name: scanner(folder) for name, scanner in known.items() if shutil.which(scanner.binary)}


def versions(binary, by_name):
    commands = {"derbes": [binary, "--version"]} | {name: [name, "--version"] for name in ("rg", "gzip", "zstd")}
    commands |= {scanner.binary: [scanner.binary, *scanner.version] for scanner in by_name.values()}
    for name, command in commands.items():
        if shutil.which(command[0]):
            told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            number = re.search(r"[0-9]+\.[0-9]+[0-9a-z.-]*", told)
            yield f"{name} {number[0] if number else 'of an unknown version'}"
