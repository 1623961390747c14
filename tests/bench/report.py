"""The table, the JSON, the Markdown and the chart of tests/bench/compare."""
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
    ("small_per_core", "single-record requests per CPU second"),
    ("durable_1_rate", "fsync before every ack, 1 producer"),
    ("durable_16_rate", "fsync before every ack, 16 producers"),
    ("produce_20k_p99", "p99 latency at 20,000/s"),
    ("end_10k_p99", "p99 end to end at 10,000/s"),
    ("ready_empty", "start to ready"),
    ("idle_rss", "memory when idle"),
    ("connections_memory", "memory, 10,000 connections"),
    ("p10000_memory", "memory, 10,000 partitions"),
    ("p1000_clean", "restart with 1,000 partitions"),
)
# What stands from one of these to the end mark in a Markdown file is replaced: by every figure, or
# by those with a target.
MARKS = {"all": "<!-- bench: all -->", "targets": "<!-- bench: targets -->"}
END_MARK = "<!-- bench: end -->"
HEAD = ("figure", "", "Kafka", "MonKafka", "limit", "ratio", "spread", "target")


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
    """One figure with all that was measured of it: a value, or None, for each round."""

    def __init__(self, name, figure, kafka, ours, limit):
        self.name, self.figure = name, figure
        self.samples = {"kafka": kafka, "monkafka": ours, "limit": limit}
        self.kafka, self.ours, self.limit = (
            median([value for value in values if value is not None])
            for values in (kafka, ours, limit))
        # Pair by pair: the two ran one after the other, so that a machine's drift cancels.
        self.ratios = [mine / theirs for mine, theirs in zip(ours, kafka)
                       if theirs and mine is not None]
        self.ratio = median(self.ratios)

    def targets(self, bare=None):
        """What was to be shown, and whether it was; None: it was not measured.

        `bare` is what the figure's bare loop reached (by default the limit itself): a target that
        the bare loop misses too is beyond this machine.
        """
        figure, checks = self.figure, []
        bare = self.limit if bare is None else bare
        at_least = figure.more_is_better
        sign = ">=" if at_least else "<="

        def reaches(value, bound):
            return None if value is None else bool(value >= bound if at_least else value <= bound)

        # What Apache Kafka does better cannot be what the machine allows.
        shows_limit = None in (bare, self.kafka) or \
            (bare >= self.kafka if at_least else bare <= self.kafka)

        def check(text, value, bound, of_bare):
            checks.append({"target": f"{sign} {text}", "met": reaches(value, bound),
                           "beyond": shows_limit and reaches(of_bare, bound) is False})
        if figure.kafka is not None:
            check(f"{number(figure.kafka)}x Kafka", self.ratio, figure.kafka,
                  bare / self.kafka if bare and self.kafka else None)
        if figure.limit is not None:
            check(f"{figure.limit}x limit",
                  self.ours / self.limit if self.limit and self.ours is not None else None,
                  figure.limit, bare / self.limit if bare and self.limit else None)
        if figure.value is not None:
            check(number(figure.value), self.ours, figure.value, bare)
        return checks


def document(rows, about):
    """Everything that was measured, as it is written to a file."""
    limits = {row.name: row.limit for row in rows}
    return {"about": about, "figures": {
        row.name: {"label": row.figure.label, "unit": row.figure.unit,
                   "more_is_better": row.figure.more_is_better,
                   "kafka": row.kafka, "monkafka": row.ours, "limit": row.limit,
                   "ratio": row.ratio, "ratios": row.ratios, "samples": row.samples,
                   # A tenth of the work meets no target.
                   "targets": [] if about["quick"] else
                   row.targets(limits.get(row.figure.bare))}
        for row in rows}}


def verdict(target):
    if target["met"] is None:
        return "not measured"
    if target["met"]:
        return "met"
    return "NOT MET (the yardstick misses it too)" if target.get("beyond") else "NOT MET"


def cells(figure):
    ratios = figure["ratios"]
    spread = f"{number(min(ratios))}-{number(max(ratios))}" if len(ratios) > 1 else ""
    targets = "; ".join(f"{each['target']}: {verdict(each)}" for each in figure["targets"])
    return (figure["label"], figure["unit"], number(figure["kafka"]), number(figure["monkafka"]),
            number(figure["limit"]), number(figure["ratio"]), spread, targets)


QUICK = "; quick: a tenth of the counts and sizes that the labels say, proves nothing"


def heading(document):
    about = document["about"]
    return (f"{about['machine']}; Apache Kafka {about['kafka']}; {about['rounds']} "
            f"round{'s' * (about['rounds'] > 1)}, {about['minutes']} min; {about['date']}"
            f"{QUICK if about['quick'] else ''}")


def summary(document):
    checks = [each for figure in document["figures"].values() for each in figure["targets"]]
    met = [each["met"] for each in checks]
    beyond = sum(each["met"] is False and each.get("beyond", False) for each in checks)
    lines = [f"{met.count(True)} targets met, {met.count(False)} not met"
             f"{f' ({beyond} of them by the yardstick neither)' if beyond else ''}, "
             f"{met.count(None)} not measured"] if checks else []
    lines += [f"failed: {each['scenario']} on {each['who']}, round {each['round']}: {each['why']}"
              for each in document["about"]["failures"]]
    return lines


def text(document):
    """The table for a terminal."""
    lines = [HEAD, *(cells(figure) for figure in document["figures"].values())]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    table = ["  ".join(word.ljust(width) if column in (0, 1, 7) else word.rjust(width)
                       for column, (word, width) in enumerate(zip(line, widths))).rstrip()
             for line in lines]
    return "\n".join([heading(document), "", *table, "", *summary(document)])


def full_label(document, name):
    """A label that begins with spaces goes on from one above; this has both."""
    begun = ""
    for each, figure in document["figures"].items():
        label = figure["label"]
        if not label.startswith(" "):
            # "produce, 1 MB batches: CPU" is continued by "flat out" without its "CPU".
            begun = label.rsplit(":", 1)[0] if ":" in label else label
        if each == name:
            return label if not label.startswith(" ") else f"{begun}: {label.strip()}"
    raise KeyError(name)


def markdown(document, only_targets):
    lines = [heading(document), "",
             "| figure | | Kafka | MonKafka | limit | ratio | spread | target |",
             "|---|---|---:|---:|---:|---:|---|---|"]
    for name, figure in document["figures"].items():
        if figure["targets"] or not only_targets:
            lines.append("| " + " | ".join((full_label(document, name), *cells(figure)[1:])) + " |")
    return "\n".join([*lines, "", *(f"{line}  " for line in summary(document))])


def insert(path, document):
    """Puts the tables between the marks of a Markdown file."""
    content = path.read_text()
    if not any(mark in content for mark in MARKS.values()):
        sys.exit(f"compare: {path} has no mark {' or '.join(MARKS.values())}")
    for kind, mark in MARKS.items():
        if mark in content:
            before, rest = content.split(mark, 1)
            after = rest.split(END_MARK, 1)[1]
            content = (f"{before}{mark}\n\n{markdown(document, kind == 'targets')}\n\n"
                       f"{END_MARK}{after}")
    path.write_text(content)


def machine():
    model = next((line.split(":")[1].strip()
                  for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    pages = pathlib.Path("/proc/meminfo").read_text().split()[1]
    return (f"{model}, {len(__import__('os').sched_getaffinity(0))} cores, "
            f"{int(pages) // 1048576} GB, Linux {platform.release()}")


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
    """How many times better MonKafka is, figure by figure."""
    found = [(label, document["figures"][name]) for name, label in CHART
             if document["figures"].get(name, {}).get("ratio")]
    if not found:
        print("no chart: none of its figures was measured", file=sys.stderr)
        return
    pyplot = plotting()
    canvas, axes = pyplot.subplots(figsize=(9, 0.42 * len(found) + 1.3), dpi=150)
    factors = [figure["ratio"] if figure["more_is_better"] else 1 / figure["ratio"]
               for _, figure in found]
    bars = axes.barh(range(len(found)), [factor - 1 for factor in factors], left=1, height=0.62,
                     color=["#2f6f9f" if factor >= 1 else "#c0504d" for factor in factors])
    axes.axvline(1, color="#c0504d", linewidth=1.5)
    axes.text(1, -0.85, "Apache Kafka", color="#c0504d", ha="center", fontsize=8)
    axes.set_yticks(range(len(found)), [label for label, _ in found], fontsize=9)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(min(0.7, *factors), max(factors) * 8)
    for bar, factor, (_, figure) in zip(bars, factors, found):
        unit = "" if not figure["unit"] else " " + figure["unit"]
        word = "more" if figure["more_is_better"] == (factor >= 1) else "less"
        shown = max(factor, 1 / factor)
        times = f"{shown:.0f}x {word}" if shown >= 9.5 else f"{shown:.1f}x {word}"
        axes.text(max(factor, 1) * 1.07, bar.get_y() + bar.get_height() / 2,
                  f"{times}  ({number(figure['kafka'])} -> {number(figure['monkafka'])}{unit})",
                  va="center", fontsize=8)
    axes.set_xlabel("times better than Apache Kafka " + document["about"]["kafka"] +
                    ", same machine (log scale)" +
                    (QUICK if document["about"]["quick"] else ""), fontsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    canvas.tight_layout()
    canvas.savefig(path)
