"""What tests/bench/compare knows of its figures and scenarios, and what the scenarios share.

A scenario runs on one broker from clean and returns {figure: value}. Its limit, where there is one,
returns the same figures for a bare yardstick; one that only shows while a broker works is under
"limit" in what the run returns. A figure's target bounds MonKafka's value: `kafka` by a share of
Kafka's, `limit` by a share of the yardstick's, `value` by a number; where more is better the bounds
are from below. `bare` names the figure with what a bare loop reaches, where the limit leaves out
what no broker can.
"""
import subprocess
from collections import namedtuple

from measure import cost, touch_free_memory

GB = 1_000_000_000
MB = 1_000_000

Figure = namedtuple("Figure", "label unit more_is_better kafka limit value bare",
                    defaults=(False, None, None, None, None))
# seconds: about how long it takes on Kafka, on ours, and for the limit, on two cores, and with
# --quick; for the progress bar alone. restarts: it stops its broker, so that --quick cannot let it
# share one.
Scenario = namedtuple("Scenario", "run limit figures kafka_settings our_settings restarts seconds "
                                  "quick")

SCENARIOS = {}


def scenario(name, figures, *, limit=None, kafka_settings=None, our_settings=None,
             restarts=False, seconds=(30, 15, 5), quick=(8, 5, 1)):
    """Adds a function as a scenario. Settings are what differs from a broker's defaults."""
    def add(run):
        SCENARIOS[name] = Scenario(run, limit, figures, kafka_settings or {}, our_settings or {},
                                   restarts, seconds, quick)
        return run
    return add


class Size:
    """How much to ask for: everything, or with --quick a tenth of it."""

    def __init__(self, quick):
        self.quick = quick

    def __call__(self, full):
        return max(1, full // 10) if self.quick else full


def topic(broker, name, partitions=1, **settings):
    broker.load("create", topic=name, partitions=partitions, **settings)
    return {"topic": name, "partitions": partitions}


def warm_up(broker, size):
    """Requests until a JVM has compiled what they run, once for each broker, ours too.

    What Apache Kafka spends on a gigabyte falls to a sixth within the first one and a quarter.
    """
    if broker.is_warm:
        return
    broker.load("produce", bytes=size(3 * GB // 2), connections=4, **topic(broker, "warm-up", 4))
    subprocess.run(["sync"], check=True)  # so that it is not written while something is measured
    broker.is_warm = True


def produce_cost(broker, size, warm, **options):
    """(what the loader says, what the broker spent) of so many bytes, after so many to warm up."""
    touch_free_memory(1.5 * (size + warm))
    if warm:
        broker.load("produce", bytes=warm, **options)
    with cost(broker.pid) as spent:
        done = broker.load("produce", bytes=size, **options)
    return done, spent


def per_gb(seconds, done):
    return seconds / (done["bytes"] / GB)


def rate_mb(done):
    return done["bytes"] / MB / done["seconds"]

