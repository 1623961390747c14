"""The table, the JSON and the chart of tests/bench/compare."""
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import venv

from measure import ROOT

CHART = (  # figure, label: those that a reader decides by
    ("produce_16k_cpu", "CPU per GB produced"),
    ("perf_tool_cpu", "CPU per GB, Kafka's perf tool"),
    ("consume_1_cpu", "CPU per GB consumed"),
    ("produce_20k_p99", "p99 latency at 20,000/s"),
    ("end_10k_p99", "p99 end to end at 10,000/s"),
    ("ready_empty", "start to ready"),
    ("idle_rss", "memory when idle"),
    ("idle_memory", "memory, 10,000 connections"),
    ("p1000_clean", "restart with 1,000 partitions"),
    ("group_seconds", "500 consumers until stable"),
)


def number(value):
    if value is None:
        return "-"
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 4
    return f"{value:,.{digits}f}"


def median(values):
    return statistics.median(values) if values else None


class Row:
    """One figure with all that was measured of it."""

    def __init__(self, name, figure, kafka, ours, limit):
        self.name, self.figure = name, figure
        self.kafka, self.ours, self.limit = median(kafka), median(ours), median(limit)
        self.samples = {"kafka": kafka, "monkafka": ours, "limit": limit}
        # Pair by pair: the two ran one after the other, so that a machine's drift cancels.
        self.ratios = [mine / theirs for mine, theirs in zip(ours, kafka) if theirs]
        self.ratio = median(self.ratios)

    @property
    def spread(self):
        return (f"{number(min(self.ratios))}-{number(max(self.ratios))}"
                if len(self.ratios) > 1 else "")

    def targets(self):
        """(what was to be shown, whether it was)."""
        figure, checks = self.figure, []
        at_least = figure.more_is_better
        sign = ">=" if at_least else "<="

        def met(value, bound):
            return value >= bound if at_least else value <= bound
        if figure.kafka is not None and self.ratio is not None:
            checks.append((f"{sign} {number(figure.kafka)}x Kafka", met(self.ratio, figure.kafka)))
        if figure.limit is not None and self.limit and self.ours is not None:
            checks.append((f"{sign} {figure.limit}x limit",
                           met(self.ours / self.limit, figure.limit)))
        if figure.value is not None and self.ours is not None:
            checks.append((f"{sign} {number(figure.value)}", met(self.ours, figure.value)))
        return checks


def table(rows):
    head = ("figure", "", "Kafka", "MonKafka", "limit", "ratio", "(spread)", "target")
    lines = [head]
    for row in rows:
        targets = "; ".join(f"{text} {'met' if met else 'MISSED'}" for text, met in row.targets())
        lines.append((row.figure.label, row.figure.unit, number(row.kafka), number(row.ours),
                      number(row.limit), number(row.ratio), row.spread, targets))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join("  ".join(
        text.ljust(width) if column in (0, 1, 7) else text.rjust(width)
        for column, (text, width) in enumerate(zip(line, widths))).rstrip() for line in lines)


def machine():
    model = next((line.split(":")[1].strip()
                  for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    pages = pathlib.Path("/proc/meminfo").read_text().split()[1]
    return (f"{model}, {len(__import__('os').sched_getaffinity(0))} cores, "
            f"{int(pages) // 1048576} GB, Linux {platform.release()}")


def write_json(path, rows, about):
    document = {"about": about, "figures": {
        row.name: {"label": row.figure.label.strip(), "unit": row.figure.unit,
                   "kafka": row.kafka, "monkafka": row.ours, "limit": row.limit,
                   "ratio": row.ratio, "samples": row.samples,
                   "targets": [{"target": text, "met": met} for text, met in row.targets()]}
        for row in rows}}
    pathlib.Path(path).write_text(json.dumps(document, indent=1) + "\n")


def plotting():
    """matplotlib, from PyPI into a directory of its own if it is not there."""
    try:
        import matplotlib
    except ImportError:
        home = ROOT / "build" / "bench-python"
        if not home.exists():
            venv.create(home, with_pip=True)
            subprocess.run([home / "bin" / "pip", "install", "--quiet", "matplotlib"], check=True)
        sys.path.insert(0, str(next(home.glob("lib/python*/site-packages"))))
        import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    return pyplot


def draw_chart(path, document):
    """How many times less MonKafka needs, figure by figure. `document`: what write_json wrote."""
    found = [(label, document["figures"][name]) for name, label in CHART
             if document["figures"].get(name, {}).get("ratio")]
    pyplot = plotting()
    height = 0.42 * len(found) + 1.3
    canvas, axes = pyplot.subplots(figsize=(8.5, height), dpi=150)
    factors = [1 / figure["ratio"] for _, figure in found]
    bars = axes.barh(range(len(found)), factors, color="#2f6f9f", height=0.62)
    axes.axvline(1, color="#c0504d", linewidth=1.5)
    axes.text(1, -0.85, "Apache Kafka", color="#c0504d", ha="center", fontsize=8)
    axes.set_yticks(range(len(found)), [label for label, _ in found], fontsize=9)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(0.7, max(factors) * 6)
    for bar, factor, (_, figure) in zip(bars, factors, found):
        unit = "" if not figure["unit"] else " " + figure["unit"]
        axes.text(factor * 1.07, bar.get_y() + bar.get_height() / 2,
                  f"{factor:.0f}x less  ({number(figure['kafka'])} -> "
                  f"{number(figure['monkafka'])}{unit})" if factor >= 1.5 else
                  f"{factor:.1f}x  ({number(figure['kafka'])} -> {number(figure['monkafka'])}{unit})",
                  va="center", fontsize=8)
    axes.set_xlabel("times less than Apache Kafka " + document["about"]["kafka"] +
                    ", same machine, same run (log scale)", fontsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    canvas.tight_layout()
    canvas.savefig(path)
