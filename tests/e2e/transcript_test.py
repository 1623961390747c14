#!/usr/bin/env python3
"""What a user types, with Apache Kafka's own command line tools of release 3.9 and of 4.x.

Usage: transcript_test.py [Tools39 | Tools4] [Tools39.test_...]
"""
import json
import re
import signal
import subprocess

from harness import BrokerCase, KafkaTools, main, run, wait_until

LINES = ["hello", "is it you?", "Nope!"]
PERF_RECORDS = 1000000
PERF_BYTES = 500


class Transcript:
    """The sessions; a subclass says which release's tools. Each one has topics of its own."""

    version = None
    reader_property = "--property"
    formatter_property = "--property"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kafka = KafkaTools(cls.version, cls.broker.address)

    def create(self, topic, *arguments):
        created = self.kafka("kafka-topics", "--create", "--topic", topic, *arguments)
        self.assertIn(f"Created topic {topic}.", created.lines)

    def topics(self):
        return self.kafka("kafka-topics", "--list").lines

    def produce(self, topic, lines, *arguments):
        produced = self.kafka("kafka-console-producer", "--topic", topic, *arguments,
                              stdin="".join(line + "\n" for line in lines))
        self.assertNotIn("ERROR", produced.err)

    def consume(self, topic, count, *arguments):
        """The lines that the console consumer prints, which ends after so many records."""
        consumed = self.kafka("kafka-console-consumer", "--topic", topic, "--max-messages", count,
                              "--timeout-ms", 60000, *arguments)
        self.assertIn(f"Processed a total of {count} messages", consumed.err)
        return consumed.lines

    def reader(self, *properties):
        return [part for value in properties for part in (self.reader_property, value)]

    def groups(self, *arguments, **options):
        return self.kafka("kafka-consumer-groups", *arguments, **options)

    def assert_group_row(self, output, group, topic, partition, *columns):
        """The row of a group's table with these columns. Release 3.9 prints some without newline."""
        row = r"\s+".join(map(re.escape, map(str, (group, topic, partition) + columns)))
        self.assertRegex(output.out, rf"(?<!\S){row}(?!\S)")

    def end_offsets(self, topic, *arguments):
        rows = self.kafka("kafka-get-offsets", "--topic", topic, *arguments).lines
        return {int(row.split(":")[1]): int(row.split(":")[2]) for row in rows}

    # Topics

    def test_topic_is_created_listed_described_altered_and_deleted(self):
        self.create("titi")
        self.assertIn("titi", self.topics())

        described = self.kafka("kafka-topics", "--describe", "--topic", "titi")
        self.assert_line(r"Topic: titi\tTopicId: [\w-]{22}\tPartitionCount: 1\t"
                         r"ReplicationFactor: 1\tConfigs: .*", described)
        self.assert_line(r"\tTopic: titi\tPartition: 0\tLeader: 1\tReplicas: 1\tIsr: 1\b.*",
                         described)

        self.kafka("kafka-topics", "--alter", "--topic", "titi", "--partitions", 3)
        described = self.kafka("kafka-topics", "--describe", "--topic", "titi")
        self.assert_line(r"Topic: titi\t.*\tPartitionCount: 3\t.*", described)
        for partition in range(3):
            self.assert_line(rf"\tTopic: titi\tPartition: {partition}\tLeader: 1\t.*", described)

        self.kafka("kafka-topics", "--delete", "--topic", "titi")
        self.assertNotIn("titi", self.topics())
        gone = self.kafka("kafka-topics", "--describe", "--topic", "titi", code=1)
        self.assertIn("does not exist as expected", gone.out)

    def test_topic_that_is_created_again_is_empty_and_has_another_id(self):
        def topic_id():
            described = self.kafka("kafka-topics", "--describe", "--topic", "again")
            return self.assert_line(r"Topic: again\tTopicId: (\S+)\t.*", described)[1]
        self.create("again")
        first = topic_id()
        self.produce("again", LINES)
        self.kafka("kafka-topics", "--delete", "--topic", "again")
        self.create("again")
        self.assertNotEqual(first, topic_id())
        self.assertEqual({0: 0}, self.end_offsets("again"))
        self.produce("again", ["new"])
        self.assertEqual(["new"], self.consume("again", 1, "--from-beginning"))

    def test_topic_is_created_with_partitions_replication_factor_and_configs(self):
        self.create("wide", "--partitions", 5, "--replication-factor", 1, "--config",
                    "retention.ms=86400000", "--config", "cleanup.policy=compact")
        described = self.kafka("kafka-topics", "--describe", "--topic", "wide")
        configs = self.assert_line(
            r"Topic: wide\t.*\tPartitionCount: 5\tReplicationFactor: 1\tConfigs: (.*)", described)[1]
        self.assertLessEqual({"retention.ms=86400000", "cleanup.policy=compact"},
                             set(configs.split(",")))

    def test_topic_errors_say_what_is_wrong(self):
        self.create("wrong", "--partitions", 2)
        for arguments, message in (
                (["--create", "--topic", "wrong"], "Topic 'wrong' already exists."),
                (["--create", "--topic", "other", "--replication-factor", "3"], "replication factor"),
                (["--create", "--topic", "other", "--partitions", "0"],
                 "The partitions must be greater than 0"),
                (["--create", "--topic", "other", "--config", "retention.ms=soon"], "retention.ms"),
                (["--create", "--topic", "other", "--config", "no.such=1"], "no.such"),
                (["--create", "--topic", "bad name"],
                 "contains one or more characters other than ASCII alphanumerics"),
                (["--alter", "--topic", "wrong", "--partitions", "1"], "would not be an increase"),
                (["--delete", "--topic", "missing"], "does not exist")):
            refused = self.kafka("kafka-topics", *arguments, code=1)
            self.assertIn(message.lower(), refused.out.lower(), refused)
        self.assertNotIn("other", self.topics())

    # Producing and consuming

    def test_console_producer_and_consumer_with_their_defaults(self):
        self.create("talk")
        self.produce("talk", LINES)
        self.assertEqual(LINES, self.consume("talk", 3, "--from-beginning"))
        self.produce("talk", ["more"])
        self.assertEqual(LINES + ["more"], self.consume("talk", 4, "--from-beginning"))
        self.assertEqual(["more"], self.consume("talk", 1, "--partition", 0, "--offset", 3))

    def test_console_producer_creates_its_topic(self):
        self.produce("made-by-producer", LINES)
        self.assertEqual(LINES, self.consume("made-by-producer", 3, "--from-beginning"))

    def test_console_consumer_in_a_group_goes_on_where_it_was(self):
        self.create("in-group")
        self.produce("in-group", LINES)
        self.assertEqual(LINES[:2], self.consume(
            "in-group", 2, "--group", "readers", "--from-beginning"))
        self.assertEqual(LINES[2:], self.consume(
            "in-group", 1, "--group", "readers", "--from-beginning"))

    def test_console_consumer_prints_keys_offsets_timestamps_headers(self):
        self.create("keyed")
        self.produce("keyed", ["h1:a,h2:b|k1|v1", "h1:c|k2|v2"], *self.reader(
            "parse.key=true", "parse.headers=true", "key.separator=|", "headers.delimiter=|"))
        lines = self.consume("keyed", 2, "--from-beginning", *(
            part for name in ("key", "offset", "timestamp", "partition", "headers")
            for part in (self.formatter_property, f"print.{name}=true")))
        self.assertRegex(
            lines[0], r"^CreateTime:1\d{12}\tPartition:0\tOffset:0\th1:a,h2:b\tk1\tv1$")
        self.assertRegex(lines[1], r"^CreateTime:1\d{12}\tPartition:0\tOffset:1\th1:c\tk2\tv2$")

    def test_every_codec_is_stored_and_read_back(self):
        self.create("packed")
        codecs = ["none", "gzip", "snappy", "lz4", "zstd"]
        for codec in codecs:
            self.produce("packed", [f"{codec} {line}" for line in LINES],
                         "--compression-codec", codec)
        self.assertEqual([f"{codec} {line}" for codec in codecs for line in LINES],
                         self.consume("packed", 15, "--from-beginning"))

    def test_a_million_records_are_each_received_once(self):
        self.create("million")
        sent = run(self.kafka.bin / "kafka-producer-perf-test.sh", "--topic", "million",
                   "--num-records", PERF_RECORDS, "--record-size", PERF_BYTES,
                   "--throughput", 100000, "--producer-props",
                   f"bootstrap.servers={self.kafka.address}", "acks=1", "batch.size=16384",
                   "linger.ms=5", seconds=300)
        self.assertRegex(sent.lines[-1], rf"^{PERF_RECORDS} records sent, ")
        self.assertEqual({0: PERF_RECORDS}, self.end_offsets("million"))

        received = self.kafka("kafka-consumer-perf-test", "--topic", "million",
                              "--messages", PERF_RECORDS, "--timeout", 60000, seconds=300)
        self.assertEqual(PERF_RECORDS, int(received.lines[-1].split(", ")[4]))

        # One more than there are: it ends by its timeout, having printed every record there is.
        path = self.broker.home / "million.out"
        with open(path, "w", encoding="utf-8") as out:
            consumer = self.kafka.start(
                "kafka-console-consumer", "--topic", "million", "--from-beginning",
                "--max-messages", PERF_RECORDS + 1, "--timeout-ms", 5000, stdout=out)
            consumer.wait(300)
        with open(path, encoding="utf-8") as out:
            lines = [line for line in out if re.fullmatch(rf"[A-Z]{{{PERF_BYTES}}}\n", line)]
        self.assertEqual(PERF_RECORDS, len(lines))
        path.unlink()
        self.kafka("kafka-topics", "--delete", "--topic", "million")

    def test_verifiable_producer_and_consumer(self):
        self.create("verified", "--partitions", 3)
        produced = self.kafka("kafka-verifiable-producer", "--topic", "verified",
                              "--max-messages", 200)
        events = [json.loads(line) for line in produced.lines if line.startswith("{")]
        acked = [e for e in events if e["name"] == "producer_send_success"]
        self.assertEqual({str(n) for n in range(200)}, {e["value"] for e in acked})
        summary = [e for e in events if e["name"] == "tool_data"][0]
        self.assertEqual((200, 200), (summary["sent"], summary["acked"]))

        consumed = self.kafka("kafka-verifiable-consumer", "--topic", "verified", "--group-id",
                              "verifiers", "--max-messages", 200, "--reset-policy", "earliest")
        events = [json.loads(line) for line in consumed.lines if line.startswith("{")]
        self.assertEqual(200, sum(e["count"] for e in events if e["name"] == "records_consumed"))
        commits = [e for e in events if e["name"] == "offsets_committed"]
        self.assertTrue(commits and all(e["success"] for e in commits), commits)

    def test_transactional_producer_is_refused_at_once(self):
        """There are no transactions yet: the producer hears so, and does not wait for them."""
        self.create("txn")
        sent = run(self.kafka.bin / "kafka-producer-perf-test.sh", "--topic", "txn",
                   "--num-records", 2000, "--record-size", 100, "--throughput", 2000,
                   "--transactional-id", "perf", "--transaction-duration-ms", 200,
                   "--producer-props", f"bootstrap.servers={self.kafka.address}", code=1)
        self.assertIn("TransactionalIdAuthorizationException", sent.err)
        self.assertEqual({0: 0}, self.end_offsets("txn"))

    # Groups and offsets

    def test_group_is_listed_described_reset_and_deleted(self):
        self.create("lagging", "--partitions", 2)
        self.produce("lagging", ["x|1"], *self.reader("parse.key=true", "key.separator=|"))
        self.produce("lagging", ["x|2", "x|3"],
                     *self.reader("parse.key=true", "key.separator=|"))
        partition = [p for p, end in self.end_offsets("lagging").items() if end == 3][0]
        self.consume("lagging", 2, "--group", "lags", "--from-beginning")

        self.assertIn("lags", self.groups("--list").lines)
        self.assertIn("lags", self.groups("--list", "--state", "Empty").out.split())
        described = self.groups("--describe", "--group", "lags")
        self.assertIn("Consumer group 'lags' has no active members.", described.out + described.err)
        self.assert_group_row(described, "lags", "lagging", partition, 2, 3, 1)
        self.assert_group_row(described, "lags", "lagging", 1 - partition, 0, 0, 0)
        self.assertRegex(self.groups("--describe", "--group", "lags", "--state").out,
                         r"lags\s+\S+\s+\(1\)\s.*Empty\s+0\b")

        for arguments, expected in ((["--to-earliest"], 0), (["--to-latest"], 3),
                                    (["--shift-by", "-2"], 1), (["--to-offset", "2"], 2),
                                    (["--to-datetime", "2000-01-01T00:00:00.000"], 0)):
            reset = self.groups("--reset-offsets", "--group", "lags", "--topic",
                                f"lagging:{partition}", *arguments, "--execute")
            self.assert_group_row(reset, "lags", "lagging", partition, expected)
            self.assert_group_row(self.groups("--describe", "--group", "lags"), "lags", "lagging",
                                  partition, expected, 3, 3 - expected)

        deleted = self.groups("--delete-offsets", "--group", "lags", "--topic",
                              f"lagging:{partition}")
        self.assertRegex(deleted.out, rf"lagging\s+{partition}\s+Successful")
        self.assertNotRegex(self.groups("--describe", "--group", "lags").out,
                            rf"lags\s+lagging\s+{partition}\s")

        deleted = self.groups("--delete", "--group", "lags")
        self.assertIn("Deletion of requested consumer groups ('lags') was successful.", deleted.out)
        self.assertNotIn("lags", self.groups("--list").lines)

    def test_group_with_a_member(self):
        self.create("living", "--partitions", 2)
        self.produce("living", LINES)
        out = self.broker.home / f"living-{self.version}.out"
        with open(out, "w", encoding="utf-8") as file:
            member = self.kafka.start("kafka-console-consumer", "--topic", "living", "--group",
                                      "alive", "--from-beginning", stdout=file)
        self.addCleanup(member.wait)
        self.addCleanup(member.kill)
        wait_until(lambda: out.read_text().count("\n") >= 3, 120, "the member received the records")

        state = self.groups("--describe", "--group", "alive", "--state")
        self.assertRegex(state.out, r"alive\s+\S+\s+\(1\)\s+range\s+Stable\s+1\b")
        members = self.groups("--describe", "--group", "alive", "--members")
        self.assertRegex(members.out, r"alive\s+console-consumer-\S+\s+/127\.0\.0\.1\s+"
                                      r"console-consumer\s+2\b")
        described = self.groups("--describe", "--group", "alive")
        self.assertEqual(2, len(re.findall(r"alive\s+living\s+[01]\s.*?console-consumer-\S+\s+"
                                           r"/127\.0\.0\.1", described.out)), described)
        refused = self.groups("--delete", "--group", "alive")
        self.assertIn("The group is not empty", refused.out)
        refused = self.groups("--reset-offsets", "--group", "alive", "--topic", "living",
                              "--to-earliest", "--execute")
        self.assertIn("Assignments can only be reset if the group 'alive' is inactive",
                      refused.out + refused.err)

        member.send_signal(signal.SIGTERM)
        member.wait(120)
        self.assertRegex(self.groups("--describe", "--group", "alive", "--state").out,
                         r"alive\s+\S+\s+\(1\)\s.*Empty\s+0\b")
        self.assertIn("was successful", self.groups("--delete", "--group", "alive").out)

    def test_offsets_earliest_latest_by_time_and_after_delete_records(self):
        self.create("offsets")
        self.produce("offsets", LINES)
        self.assertEqual({0: 3}, self.end_offsets("offsets"))
        self.assertEqual({0: 0}, self.end_offsets("offsets", "--time", "earliest"))
        self.assertEqual({0: 0}, self.end_offsets("offsets", "--time", "1000"))
        self.assertIn(self.end_offsets("offsets", "--time", "max-timestamp")[0], range(3))

        def delete_up_to(offset):
            path = self.broker.home / "delete-records.json"
            path.write_text(json.dumps({"version": 1, "partitions": [
                {"topic": "offsets", "partition": 0, "offset": offset}]}))
            return self.kafka("kafka-delete-records", "--offset-json-file", path)
        self.assert_line(r"partition: offsets-0\s+low_watermark: 2", delete_up_to(2))
        self.assertEqual({0: 2}, self.end_offsets("offsets", "--time", "earliest"))
        self.assertEqual(LINES[2:], self.consume("offsets", 1, "--from-beginning"))
        self.assertIn("OffsetOutOfRangeException", delete_up_to(9).out)
        self.assert_line(r"partition: offsets-0\s+low_watermark: 3", delete_up_to(-1))
        self.assertEqual({0: 3}, self.end_offsets("offsets", "--time", "earliest"))

    # Configs, and what there is

    def configs(self, *arguments, **options):
        return self.kafka("kafka-configs", *arguments, **options)

    def test_topic_configs(self):
        self.create("tuned")
        topic = ("--entity-type", "topics", "--entity-name", "tuned")
        self.assertIn("Completed updating config for topic tuned.", self.configs(
            *topic, "--alter", "--add-config", "retention.ms=3600000,max.message.bytes=2000").out)
        described = self.configs(*topic, "--describe")
        self.assert_line(r"\s+retention.ms=3600000 sensitive=false synonyms="
                         r"\{DYNAMIC_TOPIC_CONFIG:retention.ms=3600000.*\}", described)
        refused = self.kafka("kafka-console-producer", "--topic", "tuned", "--sync",
                             stdin="x" * 5000 + "\n", code=1)
        self.assertIn("RecordTooLargeException", refused.err)
        self.assertEqual({0: 0}, self.end_offsets("tuned"))

        self.configs(*topic, "--alter", "--delete-config", "max.message.bytes")
        self.produce("tuned", ["x" * 5000])
        described = self.configs(*topic, "--describe")
        self.assertNotIn("max.message.bytes", described.out)
        self.assertIn("retention.ms", described.out)

        everything = self.configs(*topic, "--describe", "--all")
        self.assert_line(r"\s+segment.bytes=1073741824 sensitive=false synonyms="
                         r"\{.*DEFAULT_CONFIG:log.segment.bytes=1073741824\}", everything)
        refused = self.configs(*topic, "--alter", "--add-config", "retention.ms=soon", code=1)
        self.assertIn("InvalidConfigurationException", refused.out + refused.err)

    def test_broker_configs(self):
        broker = ("--entity-type", "brokers", "--entity-name", "1")
        everyone = ("--entity-type", "brokers", "--entity-default")
        self.assertIn("Completed updating config for broker 1.", self.configs(
            *broker, "--alter", "--add-config", "log.retention.ms=7200000").out)
        self.assert_line(r"\s+log.retention.ms=7200000 sensitive=false synonyms="
                         r"\{DYNAMIC_BROKER_CONFIG:log.retention.ms=7200000.*\}",
                         self.configs(*broker, "--describe"))
        self.configs(*everyone, "--alter", "--add-config", "log.retention.ms=5400000")
        self.assert_line(r"\s+log.retention.ms=5400000 .*", self.configs(*everyone, "--describe"))
        self.configs(*broker, "--alter", "--delete-config", "log.retention.ms")
        self.create("inherits")
        self.assert_line(
            r"\s+retention.ms=5400000 sensitive=false synonyms="
            r"\{DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=5400000.*\}",
            self.configs("--entity-type", "topics", "--entity-name", "inherits", "--describe",
                         "--all"))
        self.configs(*everyone, "--alter", "--delete-config", "log.retention.ms")
        self.assertNotIn("log.retention.ms", self.configs(*everyone, "--describe").out)
        self.assert_line(r"\s+node.id=1 sensitive=false synonyms=\{.*\}",
                         self.configs(*broker, "--describe", "--all"))
        refused = self.configs(*broker, "--alter", "--add-config", "node.id=2", code=1)
        self.assertIn("node.id", refused.out + refused.err)

    def test_log_dirs(self):
        self.create("on-disk")
        self.produce("on-disk", LINES)
        shown = self.kafka("kafka-log-dirs", "--describe", "--topic-list", "on-disk")
        directories = json.loads(shown.lines[-1])["brokers"][0]
        self.assertEqual(1, directories["broker"])
        directory = directories["logDirs"][0]
        self.assertEqual((None, str(self.broker.data)), (directory["error"], directory["logDir"]))
        partition = directory["partitions"][0]
        self.assertEqual(("on-disk-0", 0, False),
                         (partition["partition"], partition["offsetLag"], partition["isFuture"]))
        segment = self.broker.data / "on-disk-0" / "00000000000000000000.log"
        self.assertEqual(segment.stat().st_size, partition["size"])

    def test_broker_api_versions(self):
        shown = self.kafka("kafka-broker-api-versions")
        self.assert_line(r"127\.0\.0\.1:\d+ \(id: 1 rack: null.*\) -> \(", shown)
        for api in ("Produce(0)", "Fetch(1)", "ListOffsets(2)", "Metadata(3)", "OffsetCommit(8)",
                    "OffsetFetch(9)", "FindCoordinator(10)", "JoinGroup(11)", "Heartbeat(12)",
                    "LeaveGroup(13)", "SyncGroup(14)", "ApiVersions(18)", "CreateTopics(19)",
                    "DeleteTopics(20)", "InitProducerId(22)", "DescribeConfigs(32)"):
            self.assert_line(rf"\t{re.escape(api)}: .*\[usable: \d+\],?", shown)

    def test_cluster_id(self):
        shown = self.kafka("kafka-cluster", "cluster-id")
        cluster_id = self.assert_line(r"Cluster ID: ([\w-]{22})", shown)[1]
        self.assertIn(f"cluster.id={cluster_id}",
                      (self.broker.data / "meta.properties").read_text().splitlines())

    def test_consumers_of_a_restarted_broker_find_topics_records_and_offsets(self):
        self.create("kept", "--partitions", 2, "--config", "retention.bytes=123456789")
        self.produce("kept", LINES)
        self.consume("kept", 3, "--group", "keeps", "--from-beginning")
        before = self.kafka("kafka-topics", "--describe", "--topic", "kept").out
        groups = sorted(self.groups("--describe", "--group", "keeps").out.split())
        self.broker.restart()
        self.assertEqual(before, self.kafka("kafka-topics", "--describe", "--topic", "kept").out)
        self.assertEqual(groups, sorted(self.groups("--describe", "--group", "keeps").out.split()))
        self.assertCountEqual(LINES, self.consume("kept", 3, "--from-beginning"))


class Tools39(Transcript, BrokerCase):
    version = "3.9"


class Tools4(Transcript, BrokerCase):
    version = "4"
    reader_property = "--reader-property"
    formatter_property = "--formatter-property"


if __name__ == "__main__":
    main()
