#!/usr/bin/env python3
"""Apache Kafka's kafka-dump-log.sh reads every file that the broker left behind, and finds nothing wrong.

The broker runs a workload once: every codec, many segments, groups that commit, are deleted and
have offsets deleted, topics and configs that come and go. Then it is stopped cleanly.
"""
import collections
import json
import re

from harness import Broker, KafkaTools, TestCase, main, run

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
RECORDS_PER_CODEC = 5000
SEGMENT_BYTES = 1048576
WRONG = re.compile(r"(?i)isvalid: false|mismatch|corrupt|exception|error|could not|not found|invalid|"
                   r"unknown|non-consecutive|non-monotonic|out of order|^Found ", re.MULTILINE)


class DumpLogTest(TestCase):

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker(**{"num.partitions": 2, "offsets.topic.num.partitions": 3})
        cls.addClassCleanup(cls.broker.close)
        cls.broker.start()
        cls.kafka = KafkaTools("3.9", cls.broker.address)
        cls.work()
        cls.broker.stop()

    @classmethod
    def work(cls):
        cls.kafka("kafka-topics", "--create", "--topic", "packed", "--partitions", 1, "--config",
                  f"segment.bytes={SEGMENT_BYTES}", "--config", "index.interval.bytes=1000")
        for codec in CODECS:
            cls.produce("packed", RECORDS_PER_CODEC, codec)
        cls.kafka("kafka-topics", "--create", "--topic", "short-lived")
        cls.kafka("kafka-topics", "--alter", "--topic", "short-lived", "--partitions", 5)
        cls.kafka("kafka-topics", "--delete", "--topic", "short-lived")
        cls.kafka("kafka-configs", "--entity-type", "topics", "--entity-name", "packed", "--alter",
                  "--add-config", "retention.ms=1000000000")
        for group in ("stays", "goes", "forgets"):
            cls.kafka("kafka-console-consumer", "--topic", "packed", "--group", group,
                      "--from-beginning", "--max-messages", 7, "--timeout-ms", 30000)
        cls.kafka("kafka-consumer-groups", "--delete", "--group", "goes")
        cls.kafka("kafka-consumer-groups", "--delete-offsets", "--group", "forgets", "--topic",
                  "packed")

    @classmethod
    def produce(cls, topic, count, codec):
        run(cls.kafka.bin / "kafka-producer-perf-test.sh", "--topic", topic, "--num-records", count,
            "--record-size", 500, "--throughput", -1, "--producer-props",
            f"bootstrap.servers={cls.kafka.address}", f"compression.type={codec}", "linger.ms=5")

    def files(self, pattern):
        found = sorted(self.broker.data.glob(pattern))
        self.assertTrue(found, f"there is no {pattern}")
        return found

    def dump(self, files, *arguments):
        """What the tool prints about each file; fails if it finds anything wrong."""
        done = run(self.kafka.bin / "kafka-dump-log.sh", *arguments, "--files",
                   ",".join(map(str, files)), seconds=300)
        about = {}
        for part in re.split(r"^Dumping ", done.out, flags=re.MULTILINE)[1:]:
            name, _, text = part.partition("\n")
            about[name] = text
        self.assertEqual({str(file) for file in files}, set(about))
        # Payloads are letters and could say anything.
        said = re.sub(r"payload: [A-Z]+$", "payload", done.out, flags=re.MULTILINE)
        self.assertNotRegex(said, WRONG)
        self.assertEqual("", done.err)
        return about

    def test_logs_deeply(self):
        logs = self.files("packed-0/*.log")
        self.assertGreater(len(logs), 5)
        about = self.dump(logs, "--deep-iteration", "--print-data-log")
        offsets, codecs = [], collections.Counter()
        for path in logs:
            text = about[str(path)]
            batches = re.findall(r"baseOffset: (\d+) lastOffset: (\d+) count: (\d+) .*? "
                                 r"partitionLeaderEpoch: 0 .* position: (\d+) .* size: (\d+) "
                                 r"magic: 2 compresscodec: (\w+) crc: \d+ isvalid: true", text)
            position = 0
            for _, _, count, at, size, codec in batches:
                self.assertEqual(position, int(at))
                position += int(size)
                codecs[codec] += int(count)
            self.assertEqual(path.stat().st_size, position)
            self.assertLessEqual(position, SEGMENT_BYTES)
            offsets += map(int, re.findall(r"^\| offset: (\d+) ", text, flags=re.MULTILINE))
            self.assertEqual(int(path.stem), int(batches[0][0]))
        self.assertEqual(list(range(len(CODECS) * RECORDS_PER_CODEC)), offsets)
        self.assertEqual({codec: RECORDS_PER_CODEC for codec in CODECS}, dict(codecs))

    def test_offset_indexes_agree_with_their_logs(self):
        about = self.dump(self.files("packed-0/*.index"))
        for path, text in about.items():
            entries = re.findall(r"^offset: (\d+) position: (\d+)$", text, flags=re.MULTILINE)
            self.assertGreater(len(entries), 3, path)  # one every 1000 bytes at most
            self.assertEqual(entries, sorted(entries, key=lambda entry: int(entry[0])))

    def test_time_indexes_agree_with_their_logs(self):
        about = self.dump(self.files("packed-0/*.timeindex"))
        for path, text in about.items():
            entries = re.findall(r"^timestamp: (\d+) offset: (\d+)$", text, flags=re.MULTILINE)
            self.assertGreater(len(entries), 0, path)

    def test_indexes_pass_the_sanity_check(self):
        about = self.dump(self.files("*-[0-9]*/*.index") + self.files("*-[0-9]*/*.timeindex"),
                          "--index-sanity-check")
        for path, text in about.items():
            self.assertRegex(text, r"passed sanity check|is empty", path)

    def test_producer_snapshots(self):
        about = self.dump(self.files("packed-0/*.snapshot"))
        last = about[str(self.files("packed-0/*.snapshot")[-1])]
        rows = re.findall(r"^producerId: (\d+) producerEpoch: 0 .* lastSequence: (\d+) "
                          r"lastOffset: (\d+) ", last, flags=re.MULTILINE)
        self.assertEqual(len(CODECS), len({producer for producer, _, _ in rows}))
        self.assertEqual({str(RECORDS_PER_CODEC - 1)}, {sequence for _, sequence, _ in rows})
        # A clean shutdown leaves the state of the log's end.
        self.assertEqual(len(CODECS) * RECORDS_PER_CODEC,
                         int(self.files("packed-0/*.snapshot")[-1].stem))

    def test_committed_offsets(self):
        logs = [log for log in self.files("__consumer_offsets-*/*.log") if log.stat().st_size]
        text = "".join(self.dump(logs, "--offsets-decoder").values())
        last = {}
        for key, payload in re.findall(r" key: (\{.*\}) payload: (.*)$", text, flags=re.MULTILINE):
            last[json.dumps(json.loads(key), sort_keys=True)] = payload

        def offset_of(group):
            return last.get(json.dumps({"type": "1", "data": {
                "group": group, "topic": "packed", "partition": 0}}, sort_keys=True))

        def metadata_of(group):
            return last.get(json.dumps({"type": "2", "data": {"group": group}}, sort_keys=True))
        self.assertEqual(7, json.loads(offset_of("stays"))["data"]["offset"])
        metadata = json.loads(metadata_of("stays"))["data"]
        self.assertEqual(("consumer", []), (metadata["protocolType"], metadata["members"]))
        self.assertEqual(("<DELETE>", "<DELETE>"), (offset_of("goes"), metadata_of("goes")))
        self.assertEqual("<DELETE>", offset_of("forgets"))

    def test_cluster_metadata(self):
        logs = self.files("__cluster_metadata-0/*.log")
        text = "".join(self.dump(logs, "--cluster-metadata-decoder").values())
        records = [json.loads(payload) for payload in
                   re.findall(r" payload: (\{.*\})$", text, flags=re.MULTILINE)]
        created = [r["data"]["name"] for r in records if r["type"] == "TOPIC_RECORD"]
        self.assertIn("packed", created)
        self.assertIn("short-lived", created)
        self.assertIn("__consumer_offsets", created)
        self.assertEqual(1, sum(r["type"] == "REMOVE_TOPIC_RECORD" for r in records))
        settings = {(r["data"]["resourceName"], r["data"]["name"]): r["data"]["value"]
                    for r in records if r["type"] == "CONFIG_RECORD"}
        self.assertEqual("1000000000", settings["packed", "retention.ms"])


if __name__ == "__main__":
    main()
