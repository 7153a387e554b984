"""Compares what the tools found. Only what is no valid value may be found by others and not by derbes."""

import shutil
from collections import Counter
from datetime import date

import tools

CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}


def digit(value, first):
    """The check digit of the first eleven, by weights that begin so.

    >>> digit("900517132728", 1)
    8
    """
    weights = ((first + i - 1) % 11 + 1 for i in range(11))
    return sum(int(d) * weight for d, weight in zip(value, weights)) % 11


def fault(kind, value):
    """Why a value is none of its kind; empty for a valid one.

    >>> fault("iin", "900517132728"), fault("iin", "900517132729"), fault("iin", "901317132728")
    ('', 'the check digit is wrong', 'no such day')
    >>> fault("iban", "KZ230000000000886971"), fault("iban", "KZ240000000000886971")
    ('', 'the check digits are wrong')
    """
    if kind == "iin":
        return fault_of_iin(value)
    if kind == "iban":
        number = int("".join(str(int(c, 36)) for c in value[4:] + value[:4]))
        return "" if number % 97 == 1 else "the check digits are wrong"
    return ""


def fault_of_iin(value):
    if value[6] not in CENTURIES:
        return "no such century"
    try:
        date(CENTURIES[value[6]] + int(value[:2]), int(value[2:4]), int(value[4:6]))
    except ValueError:
        return "no such day"
    check = digit(value, 1)
    check = digit(value, 3) if check == 10 else check
    return "" if check == int(value[11]) else "the check digit is wrong"


def cut(own, line, kind, value):
    """Whether it is only a part of what derbes found: scanners that read in blocks cut what lies on their borders."""
    is_part = any(value in whole for at, other, whole in own if (at, other) == (line, kind))
    return "a part of a value" if is_part else ""


def misses(binary, scanners, texts):
    """Prints what each tool found that derbes did not. Whether any of it is a valid value."""
    others = {name: scanner.found for name, scanner in scanners.items()}
    if shutil.which("rg"):
        others["ripgrep"] = tools.found_by_ripgrep
    print("\n| text | tool | found | by derbes too | no valid value | missed |")
    print("| --- | --- | ---: | ---: | --- | ---: |")
    missed = 0
    for text in texts:
        own = set(tools.found_by_derbes(binary, text))
        for name, found in others.items():
            theirs = set(found(text))
            faults = Counter(fault(kind, value) or cut(own, line, kind, value) for line, kind, value in theirs - own)
            wrong = faults.pop("", 0)
            missed += wrong
            why = "; ".join(f"{count:,}: {fault}" for fault, count in faults.most_common())
            print(f"| {text.name} | {name} | {len(theirs):,} | {len(theirs & own):,} | {why} | {wrong:,} |")
            for line, kind, value in sorted(theirs - own if wrong else []):
                if not (fault(kind, value) or cut(own, line, kind, value)):
                    print(f"derbes missed: {text.name}:{line} {kind}")
    return missed > 0
