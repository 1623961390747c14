#!/usr/bin/env python3
"""What Apache Kafka's tools print against our broker, beside what they print against Apache Kafka.

Usage: tool_output_test.py [3.9 | 4] [--show]

One session of commands is run with the tools of that release against an Apache Kafka of the same
release and against ours, both new and with the same settings. Ids, times, ports and directories are
replaced by their names; then every command must have printed the same lines, apart from those in
EXPLAINED. --show prints what each command printed as well.
"""
import difflib
import re
import sys
import time

from harness import Broker, KafkaTools, scratch_directory, script

# What may differ, and why: (release or None for both, commands, lines only Kafka prints, lines only
# ours prints, the reason). Patterns of whole lines, None for no line; a difference that no row
# explains fails the test, and so does a row that explains nothing.
TOPIC_CONFIGS = ("topic config, all", "topic config, inherited")
DESCRIPTIONS = ("describe", "describe all", "describe overrides")
EXPLAINED = [
    (None, ("broker-api-versions",), r"\t\w+\(\d+\): .*", r"\t\w+\(\d+\): .*",
     "the APIs served are each broker's own; the wire tests compare them"),
    (None, ("broker config",), r"  [\w.]+=.*", r"  [\w.]+=.*",
     "each broker has settings of its own; the topic settings are compared one by one"),
    (None, ("produce null key to compacted",), r".*without key in topic partition compacted-0",
     r".*without key", "the tool prints the topic and partition itself a line earlier"),
    (None, ("unregister",), r".*BrokerIdNotRegistered.*|.*Unregister broker request.*|exit code 1",
     r"The target cluster does not support .*|exit code 0",
     "a single node has no brokers to unregister, and does not offer it"),
    ("3.9", ("delete group",), r"Error: .*|\* Group 'readers' .*GroupIdNotFound.*",
     r"Deletion .* was successful\.",
     "3.9 forgets a group with its last offset; ours keeps it until it is deleted or expires, as "
     "4.x does"),
    ("3.9", ("config of unknown topic",), r".*UnknownTopicOrPartitionException:",
     r".*UnknownTopicOrPartitionException: This server does not host this topic-partition\.",
     "3.9 sends an empty text; ours is the error's own, as of 4.x"),
    ("3.9", TOPIC_CONFIGS, r"  message\.(downconversion|format)\..*", None,
     "Kafka 4 dropped these settings, which are about formats older than 0.11"),
    ("4", TOPIC_CONFIGS, r"  message\.timestamp\.after\.max\.ms=3600000 .*",
     r"  message\.timestamp\.after\.max\.ms=9223372036854775807 .*",
     "timestamps are checked as 3.9 checks them"),
    ("4", TOPIC_CONFIGS, None, r"  message\.timestamp\.difference\.max\.ms=.*",
     "Kafka 4 dropped this setting, which topics made for 3.9 still give"),
    ("4", TOPIC_CONFIGS, r"  min\.insync\.replicas=1 .*DYNAMIC_DEFAULT_BROKER.*",
     r"  min\.insync\.replicas=1 .*", "4.x writes this default into the cluster's metadata"),
    ("4", ("default config",), r"  min\.insync\.replicas=1 .*", None,
     "4.x writes this default into the cluster's metadata"),
    ("4", DESCRIPTIONS, r"Topic: .*\tConfigs: .*\bmin\.insync\.replicas=1\b.*",
     r"Topic: .*\tConfigs:.*", "4.x writes this default into the cluster's metadata"),
    ("4", ("create replicated",), r".* or some brokers have all their log directories cordoned\.",
     r".* registered\.", "there is no cordoning of log directories"),
    ("4", ("alter what is fixed",), r".*dynamically: \[node\.id\]", r".*dynamically: Set\(node\.id\)",
     "worded as by 3.9"),
]


def commands(home, release):
    """(name, tool, arguments, stdin) of the session, in its order."""
    reader = "--reader-property" if release == "4" else "--property"
    formatter = "--formatter-property" if release == "4" else "--property"
    keyed = [reader, "parse.key=true", reader, "key.separator=|"]
    deletion = home / "delete-records.json"
    deletion.write_text('{"version": 1, "partitions": ['
                        '{"topic": "titi", "partition": 0, "offset": 2}]}')
    too_far = home / "delete-too-far.json"
    too_far.write_text('{"version": 1, "partitions": ['
                       '{"topic": "titi", "partition": 0, "offset": 99}]}')

    def topics(name, *arguments):
        return (name, "kafka-topics", arguments, "")

    def configs(name, *arguments):
        return (name, "kafka-configs", arguments, "")

    def groups(name, *arguments):
        return (name, "kafka-consumer-groups", arguments, "")

    def consume(name, *arguments):
        return (name, "kafka-console-consumer", ("--timeout-ms", "30000") + arguments, "")

    def produce(name, topic, text, *arguments):
        return (name, "kafka-console-producer", ("--topic", topic) + arguments, text)

    def offsets(name, *arguments):
        return (name, "kafka-get-offsets", arguments, "")

    def milliseconds(seconds_ago):
        return str(int((time.time() - seconds_ago) * 1000))

    def dated(name, seconds_ago):
        return (name, "kafka-verifiable-producer",
                ("--topic", "dated", "--max-messages", "1", "--message-create-time",
                 milliseconds(seconds_ago)), "")

    topic = ("--entity-type", "topics", "--entity-name", "titi")
    broker = ("--entity-type", "brokers", "--entity-name", "1")
    everyone = ("--entity-type", "brokers", "--entity-default")
    return [
        topics("list of none", "--list"),
        topics("create", "--create", "--topic", "titi"),
        topics("create again", "--create", "--topic", "titi"),
        topics("create if not exists", "--create", "--topic", "titi", "--if-not-exists"),
        topics("create with a point", "--create", "--topic", "to.ti", "--partitions", "2",
               "--config", "retention.ms=1000000", "--config", "compression.type=lz4"),
        topics("create colliding", "--create", "--topic", "to_ti"),
        topics("create compacted", "--create", "--topic", "compacted", "--config",
               "cleanup.policy=compact"),
        topics("create with no partitions", "--create", "--topic", "none", "--partitions", "0"),
        topics("create replicated", "--create", "--topic", "none", "--replication-factor", "3"),
        topics("create with a bad value", "--create", "--topic", "none", "--config",
               "retention.ms=soon"),
        topics("create with a bad policy", "--create", "--topic", "none", "--config",
               "cleanup.policy=shrink"),
        topics("create with too small a segment", "--create", "--topic", "none", "--config",
               "segment.bytes=1"),
        topics("create with an unknown key", "--create", "--topic", "none", "--config", "no.such=1"),
        topics("create with a bad name", "--create", "--topic", "bad name"),
        topics("create with too long a name", "--create", "--topic", "n" * 250),
        topics("create with assignment", "--create", "--topic", "placed", "--replica-assignment",
               "1,1"),
        topics("create with a wrong assignment", "--create", "--topic", "none",
               "--replica-assignment", "7"),
        topics("list", "--list"),
        topics("describe", "--describe", "--topic", "titi"),
        topics("describe all", "--describe"),
        topics("describe unknown", "--describe", "--topic", "missing"),
        topics("describe under-replicated", "--describe", "--under-replicated-partitions"),
        topics("describe overrides", "--describe", "--topics-with-overrides"),
        topics("alter", "--alter", "--topic", "titi", "--partitions", "2"),
        topics("alter to fewer", "--alter", "--topic", "titi", "--partitions", "1"),
        topics("alter unknown", "--alter", "--topic", "missing", "--partitions", "3"),
        produce("produce", "titi", "k|hello\nk|is it you?\nk|Nope!\n", *keyed),
        produce("produce to an unlisted topic", "made-by-producer", "first\n"),
        produce("produce null key to compacted", "compacted", "no key\n", "--sync"),
        produce("produce too large", "titi", "x" * 1100000 + "\n", "--sync", "--max-memory-bytes",
                "20000000"),
        consume("consume", "--topic", "titi", "--from-beginning", "--max-messages", "3"),
        consume("consume in a group", "--topic", "titi", "--from-beginning", "--max-messages", "2",
                "--group", "readers"),
        consume("consume with everything", "--topic", "titi", "--from-beginning",
                "--max-messages", "1", *(part for name in (
                    "key", "offset", "timestamp", "partition", "headers")
                    for part in (formatter, f"print.{name}=true"))),
        consume("consume from an offset", "--topic", "titi", "--partition", "0", "--offset",
                "earliest", "--max-messages", "0"),
        offsets("offsets", "--topic", "titi"),
        offsets("offsets earliest", "--topic", "titi", "--time", "earliest"),
        # The older record comes last; records without a time of their own may share a millisecond.
        dated("produce a dated record", seconds_ago=100),
        dated("produce an older record", seconds_ago=300),
        offsets("offsets of the newest record", "--topic", "dated", "--time", "max-timestamp"),
        offsets("offsets since a time", "--topic", "dated", "--time", milliseconds(200)),
        offsets("offsets by time", "--topic", "titi", "--time", "1000"),
        offsets("offsets later than all", "--topic", "titi", "--time", "99999999999999"),
        offsets("offsets of tiers", "--topic", "titi", "--time", "earliest-local"),
        offsets("offsets of a missing topic", "--topic", "missing"),
        groups("groups", "--list"),
        groups("groups by state", "--list", "--state"),
        groups("group", "--describe", "--group", "readers"),
        groups("group's state", "--describe", "--group", "readers", "--state"),
        groups("group's members", "--describe", "--group", "readers", "--members"),
        groups("unknown group", "--describe", "--group", "nobody"),
        groups("reset to earliest, dry", "--reset-offsets", "--group", "readers", "--topic", "titi",
               "--to-earliest", "--dry-run"),
        groups("reset by shift", "--reset-offsets", "--group", "readers", "--topic", "titi:0",
               "--shift-by", "-1", "--execute"),
        groups("reset by date", "--reset-offsets", "--group", "readers", "--topic", "titi",
               "--to-datetime", "2020-01-01T00:00:00.000", "--execute"),
        groups("reset too far", "--reset-offsets", "--group", "readers", "--topic", "titi:0",
               "--to-offset", "99", "--execute"),
        groups("reset an unknown topic", "--reset-offsets", "--group", "readers", "--topic",
               "missing", "--to-earliest", "--execute"),
        groups("delete offsets", "--delete-offsets", "--group", "readers", "--topic", "titi"),
        groups("delete offsets of an unknown group", "--delete-offsets", "--group", "nobody",
               "--topic", "titi"),
        groups("delete group", "--delete", "--group", "readers"),
        groups("delete unknown group", "--delete", "--group", "nobody"),
        configs("alter config", *topic, "--alter", "--add-config",
                "retention.ms=3600000,cleanup.policy=[compact,delete]"),
        configs("topic config", *topic, "--describe"),
        configs("topic config, all", *topic, "--describe", "--all"),
        configs("alter config badly", *topic, "--alter", "--add-config", "retention.ms=soon"),
        configs("alter unknown config", *topic, "--alter", "--add-config", "no.such=1"),
        configs("delete config", *topic, "--alter", "--delete-config", "retention.ms"),
        configs("delete config that is not set", *topic, "--alter", "--delete-config",
                "segment.bytes"),
        configs("config of unknown topic", "--entity-type", "topics", "--entity-name", "missing",
                "--describe"),
        configs("alter broker config", *broker, "--alter", "--add-config",
                "log.retention.ms=7200000"),
        configs("broker config, overridden", *broker, "--describe"),
        configs("alter default config", *everyone, "--alter", "--add-config",
                "log.retention.ms=5400000"),
        configs("default config", *everyone, "--describe"),
        configs("topic config, inherited", "--entity-type", "topics", "--entity-name", "placed",
                "--describe", "--all"),
        configs("alter what is fixed", *broker, "--alter", "--add-config", "node.id=2"),
        configs("broker config", *broker, "--describe", "--all"),
        ("delete records", "kafka-delete-records", ("--offset-json-file", deletion), ""),
        ("delete too many records", "kafka-delete-records", ("--offset-json-file", too_far), ""),
        offsets("offsets after deletion", "--topic", "titi", "--time", "earliest"),
        ("log dirs", "kafka-log-dirs", ("--describe", "--topic-list", "titi,to.ti"), ""),
        ("broker-api-versions", "kafka-broker-api-versions", (), ""),
        ("cluster id", "kafka-cluster", ("cluster-id",), ""),
        ("unregister", "kafka-cluster", ("unregister", "--id", "77"), ""),
        ("list endpoints", "kafka-cluster", ("list-endpoints",), ""),
        ("verifiable producer", "kafka-verifiable-producer",
         ("--topic", "to.ti", "--max-messages", "3"), ""),
        topics("delete", "--delete", "--topic", "titi"),
        topics("delete unknown", "--delete", "--topic", "titi"),
        topics("list at the end", "--list"),
    ]


REPLACED = [
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"\bconsole-consumer-\d+( +|$)", "console-consumer-NUMBER "),
    (r"(?<![\w-])[\w-]{22}(?=\t|$)", "ID"),
    (r"\b(CreateTime|LogAppendTime):\d+", r"\1:TIME"),
    (r'("value":"\d+","offset":\d+,"topic":"to.ti","partition":)\d', r"\1N"),
    (r'"(timestamp|startTimeMs)":\d+', r'"\1":TIME'),
    (r"(127\.0\.0\.1 +)\d+ ", r"\1PORT "),
    (r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]", "[TIME]"),
    (r"(console-consumer|verifiable)[\w-]*-[0-9a-f-]{36}", r"\1-ID"),
    (r'"logDir":"[^"]*"', '"logDir":"DIR"'),
    (r"\"avg_throughput\":[\d.]+|\"target_throughput\":-?\d+", "RATE"),
    (r"in \d+ ms", "in MS"),
    (r"\(id: (\d+) rack: null isFenced: false\)", r"(id: \1 rack: null)"),
]


def normalised(done, home):
    """The lines that it printed; those on stdout and stderr apart, each in its order."""
    text = done.out.replace(str(home), "HOME") + "\n--- stderr\n" + done.err.replace(str(home), "HOME")
    for pattern, name in REPLACED:
        text = re.sub(pattern, name, text, flags=re.MULTILINE)
    # Stack traces name the tool's own code, the same for both; warnings come as time has it.
    lines = [line.rstrip() for line in text.splitlines()]
    lines = [line for line in lines if not re.match(r"\tat |\t\.\.\. \d+ more|\[TIME\] WARN", line)]
    return [f"exit code {done.code}"] + [line for line in lines if line]


def unordered(name):
    """Commands whose lines come from a map or set: their order means nothing."""
    return name in ("list", "describe all", "groups", "groups by state", "topic config, all", "broker config",
                    "topic config, inherited", "broker-api-versions", "describe overrides",
                    "list at the end", "group", "delete records", "reset to earliest, dry",
                    "reset by date")


def session(broker, release):
    """What each command of the session printed against this broker."""
    tools = KafkaTools(release, broker.address)
    printed = {}
    for name, tool, arguments, stdin in commands(broker.home, release):
        done = tools(tool, *arguments, stdin=stdin, code=None)
        lines = normalised(done, broker.home)
        printed[name] = sorted(lines) if unordered(name) else lines
    return printed


def differences(theirs, ours):
    """(lines only Kafka prints, lines only ours prints)."""
    changed = [line for line in difflib.ndiff(theirs, ours) if line[:2] in ("- ", "+ ")]
    return ([line[2:] for line in changed if line[0] == "-"],
            [line[2:] for line in changed if line[0] == "+"])


def not_matching(pattern, lines):
    return [line for line in lines if pattern is None or not re.fullmatch(pattern, line)]


def unexplained(name, theirs, ours, rows, used):
    for row in rows:
        _, names, only_theirs, only_ours, _ = row
        if name not in names:
            continue
        left, added = not_matching(only_theirs, theirs), not_matching(only_ours, ours)
        if (left, added) != (theirs, ours):
            used.add(row)
        theirs, ours = left, added
    return theirs, ours


def compare():
    arguments = [argument for argument in sys.argv[1:] if argument != "--show"]
    release = arguments[0] if arguments else "3.9"
    printed = {}
    for flavour in (f"kafka {release}", "monkafka"):
        broker = Broker(scratch_directory(), flavour, **{
            "group.initial.rebalance.delay.ms": "0"}).start()
        try:
            printed[flavour.split()[0]] = session(broker, release)
        finally:
            broker.close()
    rows = [row for row in EXPLAINED if row[0] in (None, release)]
    used, wrong = set(), []
    for name, theirs in printed["kafka"].items():
        ours = printed["monkafka"][name]
        if "--show" in sys.argv:
            print(f"\n$ {name}", *ours, sep="\n  ")
        minus, plus = unexplained(name, *differences(theirs, ours), rows, used)
        if minus or plus:
            wrong.append("\n".join([f"--- {name}"] + [f"  Kafka: {line}" for line in minus] +
                                   [f"  ours:  {line}" for line in plus]))
    wrong += [f"--- {', '.join(row[1])}: no difference of this kind: {row[4]}"
              for row in rows if row not in used]
    print(f"{len(printed['kafka'])} commands of release {release}, {len(wrong)} differ")
    assert not wrong, "\n" + "\n".join(wrong)


if __name__ == "__main__":
    script(compare)
