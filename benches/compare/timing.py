"""Times commands in turn, and shows the medians as a table in Markdown."""

import os
import resource
import statistics
import subprocess
import time

COLUMNS = ["derbes, 1 thread", "derbes, 2 threads", "limit", "cat", "ripgrep", "Kingfisher", "betterleaks"]
# What is a ratio of which columns.
RATIOS = [("ripgrep ÷ 1", "ripgrep", "derbes, 1 thread"), ("ripgrep ÷ 2", "ripgrep", "derbes, 2 threads"),
          ("1 ÷ limit", "derbes, 1 thread", "limit"), ("2 ÷ limit", "derbes, 2 threads", "limit")]


def once(command, cpu):
    """Seconds by the clock or of all cores, and the most MiB that were in memory."""
    begun = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, close_fds=False)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime + usage.ru_stime if cpu else time.perf_counter() - begun, usage.ru_maxrss / 1024


def timed(rows, runs, cpu):
    """By row and column, the median of the seconds, and the most MiB."""
    seconds, memory = {}, {}
    for title, _, commands in rows:
        # One text after the other: what was not read for a while may be out of the cache again.
        for run in range(runs + 1):
            for column, command in commands.items():
                taken, held = once(command, cpu)
                # The first one fills the cache.
                if run > 0:
                    seconds.setdefault((title, column), []).append(taken)
                    memory[title, column] = max(held, memory.get((title, column), 0))
    return {key: statistics.median(taken) for key, taken in seconds.items()}, memory


def show(rows, runs, cpu):
    medians, memory = timed(rows, runs, cpu)
    columns = [column for column in COLUMNS if any((title, column) in medians for title, _, _ in rows)]
    head = ["", "MB", *columns, *(name for name, _, _ in RATIOS), "MiB held, 1", "MiB held, 2"]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for title, size, _ in rows:
        median = {column: medians[title, column] for column in columns if (title, column) in medians}
        line = [title, f"{size / 1e6:.0f}"]
        line += [f"{median[column]:.4f}" if column in median else "" for column in columns]
        line += [ratio(median, over, under) for _, over, under in RATIOS]
        lines.append(line + [f"{memory[title, column]:.0f}" for column in COLUMNS[:2]])
    for line in lines:
        print(f"| {' | '.join(line)} |")
    clock = "Seconds of all cores" if cpu else "Seconds"
    print(f"""
{clock}: medians of {runs} runs in turn, warm cache, output to /dev/null. `limit` is `wc -l` of texts, `gzip -dc` and
`zstd -dc` of what is compressed, `true` of 1 KB, `find -print0 | xargs -0 cat` of a tree. ripgrep counts lines (`-c`) and
has two threads for a tree; of SQL it gives all matches (`-o -b`). MB are those of the text. What is held may be less than
{memory_of_this():.0f} MiB where no more is shown: as much holds the program that measures.""")


def ratio(median, over, under):
    return f"{median[over] / median[under]:.2f}" if over in median and under in median else ""


def memory_of_this():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
