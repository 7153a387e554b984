"""Times commands in turn, and shows the medians as a table in Markdown."""

import os
import statistics
import subprocess
import time

COLUMNS = ["derbes, 1 thread", "derbes, 2 threads", "limit", "cat", "ripgrep", "Kingfisher", "betterleaks"]
# What is a ratio of which columns.
RATIOS = [("ripgrep ÷ 1", "ripgrep", "derbes, 1 thread"), ("ripgrep ÷ 2", "ripgrep", "derbes, 2 threads"),
          ("1 ÷ limit", "derbes, 1 thread", "limit"), ("2 ÷ limit", "derbes, 2 threads", "limit")]


def once(command):
    """Seconds, and the most MiB that were in memory."""
    begun = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, close_fds=False)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def timed(rows, runs):
    """By row and column, the median of the seconds, and the most MiB."""
    seconds, memory = {}, {}
    for run in range(runs + 1):
        for title, _, commands in rows:
            for column, command in commands.items():
                taken, held = once(command)
                # The first one fills the cache.
                if run > 0:
                    seconds.setdefault((title, column), []).append(taken)
                    memory[title, column] = max(held, memory.get((title, column), 0))
    return {key: statistics.median(taken) for key, taken in seconds.items()}, memory


def show(rows, runs):
    medians, memory = timed(rows, runs)
    columns = [column for column in COLUMNS if any((title, column) in medians for title, _, _ in rows)]
    head = ["", "MB", *columns, *(name for name, _, _ in RATIOS), "MiB held, 1", "MiB held, 2"]
    lines = [head, ["---", *["---:"] * (len(head) - 1)]]
    for title, size, _ in rows:
        median = lambda column: medians.get((title, column))
        ratio = lambda over, under: f"{median(over) / median(under):.2f}" if median(over) and median(under) else ""
        line = [title, f"{size / 1e6:.0f}"]
        line += [f"{median(column):.4f}" if median(column) else "" for column in columns]
        line += [ratio(over, under) for _, over, under in RATIOS]
        line += [f"{memory[title, column]:.0f}" for column in COLUMNS[:2]]
        lines.append(line)
    for line in lines:
        print(f"| {' | '.join(line)} |")
    print(f"\nSeconds, medians of {runs} runs in turn, warm cache, output to /dev/null. `limit` is `wc -l` of texts, `gzip -dc`"
          " and `zstd -dc` of\nwhat is compressed, `true` of 1 KB, `find -print0 | xargs -0 cat` of a tree. ripgrep counts lines"
          " (`-c`), of SQL and trees\nwith two threads at most; of SQL it gives all matches (`-o -b`), as derbes counts them.")
