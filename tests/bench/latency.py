"""Scenario of tests/bench/compare: latencies, from native clients after a warm-up."""
import measure
from figures import Figure, scenario, topic, warm_up
from measure import BIN, bare, run_json, touch_free_memory

SHARES = {"mean": "mean", "p50": "p50", "p95": "p95", "p99": "p99", "p999": "p99.9"}
RATES = {"1k": 1000, "10k": 10_000, "50k": 50_000}


def rows():
    """p99 and p99.9 are to be at most half of Kafka's."""
    result = {}
    for share, label in SHARES.items():
        first = "librdkafka, 500 B at 20,000/s, acks=1: " if share == "mean" else "  "
        result[f"produce_20k_{share}"] = Figure(first + label, "ms",
                                                kafka=0.5 if share.startswith("p99") else None)
    for share in ("p50", "p99", "p999"):
        first = "the same bytes as 16 KB requests, 610/s, raw: " if share == "p50" else "  "
        result[f"produce_raw_{share}"] = Figure(first + SHARES[share], "ms")
    for name, rate in RATES.items():
        for share in ("p50", "p99", "p999"):
            first = f"end to end, {rate:,}/s: " if share == "p50" else "  "
            result[f"end_{name}_{share}"] = Figure(first + SHARES[share], "ms",
                                                   kafka=0.5 if share != "p50" else None)
    return result


def latency_limit(size, scratch):
    """What acknowledging the same requests takes a bare loop: the way to the consumer is not in it."""
    result = {}
    for name, rate in RATES.items():
        with bare("chunks", scratch / f"end-{name}") as (port, _):
            done = measure.loader("produce", port, bare=True, rate=1000, record_bytes=100,
                                  batch_bytes=61 + 112 * (rate // 1000), warmup=size(2),
                                  seconds=size(6))
        result |= {f"end_{name}_{share}": done[f"{share}_ms"] for share in ("p50", "p99", "p999")}
    return result


@scenario("latency", rows(), limit=latency_limit, seconds=(90, 72, 25),
          quick=(15, 10, 3))
def latency(broker, size):
    warm_up(broker, size)
    where = topic(broker, "steady")
    touch_free_memory(1.5 * size(22) * 20_000 * 500)
    done = run_json(BIN / "bench_rdkafka_latency", f"127.0.0.1:{broker.port}", where["topic"],
                    20_000, 500, size(10), size(12), 1)
    result = {f"produce_20k_{share}": done[f"{share}_ms"] for share in SHARES}
    if not broker.is_kafka:  # until the client has sent it
        result["limit"] = {f"produce_20k_{share}": done[f"sent_{share}_ms"] for share in SHARES}
    touch_free_memory(1.5 * size(10) * 610 * 16384)
    raw = broker.load("produce", rate=610, record_bytes=500, warmup=size(4), seconds=size(6),
                      **where)
    result |= {f"produce_raw_{share}": raw[f"{share}_ms"] for share in ("p50", "p99", "p999")}
    for name, rate in RATES.items():
        where = topic(broker, f"end-{name}")
        touch_free_memory(1.5 * size(12) * rate * 200)
        done = broker.load("end-to-end", topic=where["topic"], rate=rate, record_bytes=100,
                           warmup=size(6), seconds=size(6), in_flight=1000)
        result |= {f"end_{name}_{share}": done[f"{share}_ms"] for share in ("p50", "p99", "p999")}
    return result
