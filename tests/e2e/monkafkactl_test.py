#!/usr/bin/env python3
"""monkafkactl against a real broker: every example in the README and in --help, and what only a real
terminal, a signal or a damaged file shows. Ours only: Apache Kafka has no admin service."""
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import struct
import subprocess
import termios
import fcntl

from harness import (ROOT, TestCase, die_with_parent, main, monkafka_binary, run, scratch_directory,
                     wait_until)

PRODUCED = 1000
TOPICS_YAML = """topics:
- name: orders
  partitions: 3
  configs:
    retention.ms: 604800000
- name: invoices
  partitions: 2
"""
CONTEXTS_YAML = """contexts:
  local:
    endpoint: 127.0.0.1:9095
"""


def ctl_binary():
    return monkafka_binary().parent / "monkafkactl"


class Place:
    """A directory of its own with a broker, its data in monkafka-data, and a home for monkafkactl."""

    def __init__(self, seed=None, **overrides):
        self.home = scratch_directory()
        self.data = self.home / "monkafka-data"
        self.overrides = overrides
        self.listen = "127.0.0.1:0"
        if seed:
            shutil.copytree(seed, self.home, dirs_exist_ok=True, symlinks=True)

    def start(self):
        ready, admin_ready = self.home / "ready", self.home / "admin-ready"
        for path in (ready, admin_ready):
            path.unlink(missing_ok=True)
        command = [monkafka_binary(), "--data-dir", self.data, "--ready-file", ready,
                   "--admin-listen", self.listen, "--admin-ready-file", admin_ready,
                   "--override", "listeners=PLAINTEXT://127.0.0.1:0"]
        for key, value in self.overrides.items():
            command += ["--override", f"{key}={value}"]
        self.log = self.home / "broker.log"
        with open(self.log, "ab") as log:
            self.broker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                           preexec_fn=die_with_parent)

        def is_ready():
            if self.broker.poll() is not None:
                raise AssertionError(f"the broker ended: {self.log.read_text()[-2000:]}")
            return all(path.exists() and path.read_text() for path in (ready, admin_ready))
        wait_until(is_ready, 60, "the broker and its admin service are ready")
        self.address, self.endpoint = ready.read_text().strip(), admin_ready.read_text().strip()
        return self

    def stop(self):
        if self.broker.poll() is None:
            self.broker.send_signal(signal.SIGTERM)
            self.broker.wait(60)

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items()
                if not k.startswith(("MONKAFKACTL_", "XDG_")) and k not in ("NO_COLOR", "COLUMNS")}
        return {**kept, "HOME": str(self.home), "MONKAFKACTL_ENDPOINT": self.endpoint, "TERM": "xterm",
                "PATH": f"{ctl_binary().parent}:{os.environ['PATH']}", **more}

    def shell(self, script, **options):
        """Runs a script in bash as somebody would type it, with the broker's real ports."""
        for written, real in (("9092", self.address), ("9095", self.endpoint)):
            script = re.sub(rf"(127\.0\.0\.1|localhost):{written}", real, script)
        done = subprocess.run(["bash", "-o", "pipefail", "-ec", script], cwd=self.home, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=60,
                              env=self.environment(), **options)
        done.shown = f"$ {script}\nexit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def ctl(self, arguments, code=0, stdin="", **env):
        done = subprocess.run([ctl_binary(), *arguments], cwd=self.home, text=True, input=stdin,
                              capture_output=True, timeout=60, env=self.environment(**env))
        if done.returncode != code:
            raise AssertionError(f"exit code {done.returncode} instead of {code}: {arguments}\n"
                                 f"{done.stdout}\n{done.stderr}")
        return done


def make_seed():
    """What the examples find: topics, records, a group with offsets, files. Returns the directory."""
    place = Place().start()
    for topic in ("orders", "other"):
        place.ctl(["topic", "create", topic, "--partitions", "3"])
    lines = "".join(f"customer-{i % 50}:v{i}\n" for i in range(PRODUCED))
    place.ctl(["record", "produce", "orders", "--key-separator", ":", "-q"], stdin=lines)
    place.ctl(["record", "produce", "orders", "--key", "customer-7", "--value", "traced",
               "--header", "trace=abc", "-q"])
    offsets = {"groupId": "billing",
               "commits": [{"topic": "orders", "partition": p, "offset": 100 + p} for p in range(3)]}
    (place.home / "offsets.yaml").write_text(json.dumps(offsets))
    place.ctl(["group", "import", "-f", "offsets.yaml", "--yes"])
    # What `group undo` takes back.
    place.ctl(["group", "reset", "billing", "--by", "-1", "--yes"])
    place.stop()
    (place.home / "topics.yaml").write_text(TOPICS_YAML)
    config = place.home / ".config" / "monkafkactl"
    config.mkdir(parents=True)
    (config / "contexts.yaml").write_text(CONTEXTS_YAML)
    return place.home


def help_texts():
    """The --help of every command: {("topic", "create"): text}."""
    texts, left = {}, [()]
    while left:
        command = left.pop()
        text = run(ctl_binary(), *command, "--help").out
        texts[command] = text
        listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
        if listed:
            left += [command + (name,) for name in re.findall(r"^  (\S+)", listed[1], re.M)]
    return texts


def help_examples():
    for command, text in help_texts().items():
        block = re.search(r"^Examples:\n((?:  .*\n)+)", text, re.M)
        for line in (block[1].splitlines() if block else []):
            yield " ".join(command), line.strip()


def readme_blocks():
    """The shell blocks of the README that use monkafkactl."""
    for block in re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S):
        if "monkafkactl" in block:
            yield block


def expecting(script):
    """A script in which each line must end with the code that its comment `# exits N` says, else 0."""
    lines = []
    for line in script.splitlines():
        code = re.search(r"\s+# exits (\d+)\s*$", line)
        if code:
            line = f"{line[:code.start()]} && exit 99 || [ $? = {code[1]} ]"
        lines.append(line)
    return "\n".join(lines)


class WithSeed(TestCase):

    @classmethod
    def setUpClass(cls):
        cls.seed = make_seed()

    def place(self, **overrides):
        place = Place(self.seed, **overrides).start()
        self.addCleanup(place.stop)
        return place


class ExamplesTest(WithSeed):

    def test_every_verb_has_an_example(self):
        for command, text in help_texts().items():
            if "Subcommands:" not in text:
                self.assertIn("Examples:", text, command)

    def test_the_examples_of_help(self):
        examples = list(help_examples())
        self.assertGreater(len(examples), 60)
        for command, example in examples:
            with self.subTest(example=example):
                place = Place(self.seed).start()
                try:
                    done = place.shell(expecting(example))
                    self.assertEqual(done.returncode, 0, done.shown)
                    self.assertNotIn("\x1b", done.stdout + done.stderr)
                finally:
                    place.stop()

    def test_the_examples_of_the_readme(self):
        blocks = list(readme_blocks())
        self.assertGreater(len(blocks), 0)
        for block in blocks:
            with self.subTest(block=block):
                place = Place(self.seed).start()
                try:
                    done = place.shell(expecting(block))
                    self.assertEqual(done.returncode, 0, done.shown)
                finally:
                    place.stop()


class AnswersTest(WithSeed):

    def test_search_finds_the_one_record(self):
        place = self.place()
        found = [json.loads(line) for line in
                 place.ctl(["record", "search", "orders", "--value", "v777", "-o", "jsonl"]).stdout.splitlines()]
        self.assertEqual(len(found), 2, found)
        self.assertEqual(found[0]["record"]["valueSizeBytes"], 4)
        self.assertEqual(found[1]["summary"]["matchedRecords"], "1")
        self.assertEqual(found[1]["summary"]["scannedRecords"], str(PRODUCED + 1))

    def test_reset_and_undo_restore_the_offsets(self):
        place = self.place()
        before = place.ctl(["group", "export", "billing"]).stdout
        self.assertIn("partition: 0", before)
        place.ctl(["group", "reset", "billing", "--topic", "orders", "--to-earliest", "--yes"])
        self.assertNotEqual(place.ctl(["group", "export", "billing"]).stdout, before)
        for _ in range(2):  # a script that repeats it does not undo what was reset before
            place.ctl(["group", "undo", "billing", "--yes"])
            self.assertEqual(place.ctl(["group", "export", "billing"]).stdout, before)

    def test_apply_then_there_is_no_drift(self):
        place = self.place()
        place.ctl(["plan", "-f", "topics.yaml"], code=2)
        place.ctl(["apply", "-f", "topics.yaml"])
        place.ctl(["plan", "-f", "topics.yaml"])
        exported = place.ctl(["export"]).stdout
        self.assertIn("retention.ms: \"604800000\"", exported)
        (place.home / "all.yaml").write_text(exported)
        place.ctl(["plan", "-f", "all.yaml", "--prune"])

    def test_what_may_lose_records_asks_first(self):
        place = self.place()
        place.ctl(["apply", "-f", "topics.yaml", "--yes"])
        shorter = TOPICS_YAML.replace("604800000", "1000")
        self.assertIn("retention.ms of orders", place.ctl(["apply", "-f", "-"], code=64, stdin=shorter).stderr)
        place.ctl(["apply", "-f", "-", "--yes"], stdin=shorter)
        refused = place.ctl(["topic", "delete", "__consumer_offsets", "--yes"], code=1)
        self.assertIn("--allow-internal", refused.stderr)
        place.ctl(["topic", "delete", "__consumer_offsets", "--yes", "--allow-internal", "--dry-run"])

    def test_many_are_deleted_together_and_those_refused_are_named(self):
        place = self.place()
        names = [f"many-{i}" for i in range(700)]
        (place.home / "many.yaml").write_text(
            "topics:\n" + "".join(f"- name: {name}\n  partitions: 1\n" for name in names))
        place.ctl(["apply", "-f", "many.yaml"])
        place.ctl(["topic", "delete", *names, "--dry-run"])
        refused = place.ctl(["topic", "delete", *names[:350], "no-such-topic", "__cluster_metadata",
                             *names[350:], "--yes", "-q"], code=1).stderr
        self.assertIn("cannot delete topic no-such-topic: ", refused)
        self.assertIn("cannot delete topic __cluster_metadata: ", refused)
        self.assertEqual(refused.count("cannot"), 2, refused)
        self.assertEqual(place.ctl(["topic", "list", "-o", "name"]).stdout, "orders\nother\n")
        audit = [line for line in place.log.read_text().splitlines() if "BatchDeleteTopics" in line]
        for name in (names[0], names[420], names[-1]):
            self.assertTrue(any(re.search(rf"[: ]{name}[ \"]", line) and line.endswith("outcome=OK")
                                for line in audit), name)
        place.ctl(["topic", "delete", "many-1", "many-2", "--yes"], code=1)
        place.ctl(["topic", "delete", "many-1", "many-2", "--yes", "--if-exists"])

    def test_advice_is_about_what_was_asked(self):
        place = self.place()
        place.ctl(["topic", "create", "kept", "--config", "cleanup.policy=compact"])
        for command, code, advice in (
                ("topic delete __cluster_metadata --yes", 1, "leave this topic to the broker"),
                ("topic delete __consumer_offsets --yes", 1, "--allow-internal does it"),
                ("topic add-partitions __consumer_offsets --to 60", 1, "leave this topic to the broker"),
                ("topic trim kept --all --yes", 1, "a tombstone deletes a key"),
                ("topic get ordres", 1, "did you mean orders?"),
                ("topic create x --config retention.ms=abc", 1, "`monkafkactl config explain`"),
                ("topic list --filter no_such=1", 1, "the fields are those that -o json shows"),
                ("topic trim orders --before-offset 99999 --yes", 1, "`monkafkactl offset list`"),
                ("group reset billing --topic nope --to-earliest --if-exists --yes", 1, "`monkafkactl topic list`"),
                ("config get retention.mss --topic orders", 1, "did you mean retention.ms?"),
                ("plan -f .", 1, "name a file"),
                ("segment list nope --dir monkafka-data", 1, "named TOPIC-NUMBER")):
            with self.subTest(command=command):
                self.assertIn(advice, place.ctl(command.split(), code=code).stderr.split("next: ")[1])
        self.assertIn("next: is the disk full?", place.shell("monkafkactl topic list > /dev/full || true").stderr)

    def test_a_key_that_does_not_exist_is_not_removed(self):
        refused = self.place().ctl(["topic", "alter", "orders", "--unset", "retention.mss"], code=1)
        self.assertIn("retention.ms", refused.stderr)

    def test_documents_may_come_from_stdin(self):
        place = self.place()
        place.ctl(["apply", "-f", "-"], stdin=TOPICS_YAML)
        place.ctl(["plan", "-f", "topics.yaml"])

    def test_a_refusal_has_exit_code_1_and_its_details(self):
        done = self.place().ctl(["topic", "create", "orders", "--verbose"], code=1)
        self.assertEqual(done.stdout, "")
        self.assertIn("next: --if-not-exists", done.stderr)
        self.assertIn("reason: TOPIC_ALREADY_EXISTS (monkafka)", done.stderr)
        self.assertIn("kafka_error_code: 36", done.stderr)

    def test_without_a_broker_it_says_what_to_do(self):
        place = self.place()
        place.stop()
        done = place.ctl(["topic", "list"], code=1)
        self.assertIn(f"nobody listens at {place.endpoint}", done.stderr)
        self.assertIn("next: ", done.stderr)

    def test_completion_in_bash_offers_what_there_is(self):
        place = self.place()
        for words, expected in ((("topic", "get", "or"), "orders"),
                                (("group", "reset", "bi"), "billing"),
                                (("config", "explain", "retention.m"), "retention.ms"),
                                (("topic", "add-p"), "add-partitions")):
            line = " ".join(words)
            done = place.shell(f"source <(monkafkactl completion bash); COMP_WORDS=(monkafkactl {line}); "
                               f"COMP_CWORD={len(words)}; _monkafkactl; echo ${{COMPREPLY[@]}}")
            self.assertEqual(done.stdout.split(), [expected], done.shown)

    def test_the_scripts_are_understood_by_their_shells(self):
        for shell, check in (("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")):
            if shutil.which(shell):
                script = run(ctl_binary(), "completion", shell).out
                run(shell, check, "/dev/stdin", stdin=script)


# What shows something, and what is asked to change something and must not.
SHOWING = """topic list; topic list --internal; topic list nothing*; topic get orders; segment list orders; segment get orders
segment dump orders --max 2; segment dump orders --max 2 --records; segment verify; segment verify orders --records
offset list; offset list orders; offset find orders --earliest; offset watch orders --count 1; group list; group get billing
group lag billing; group lag billing --watch --count 1; group export billing; record tail orders --last 1 --max 1
record read orders --max 3; record search orders --value v777; config get --topic orders; config get log.retention*
config get --set-only; config explain retention.ms --topic orders; connection list; cluster info; cluster health
cluster brokers; cluster features; cluster apis; export; export orders; context list; doctor; top --count 1; plan -f all.yaml; diff -f all.yaml"""
DRY_RUNS = """topic create new; topic create new newer --partitions 2; topic delete orders; topic delete orders other
topic alter orders --set retention.ms=1000; topic add-partitions orders --to 9; topic trim orders --all
topic trim orders --before-time now; group reset billing --to-latest; group undo billing; group import -f offsets.yaml
group delete billing; record produce orders --value x; config set retention.ms=1000 --topic orders
config set log.retention.ms=1000 --all-brokers; connection close 99 --if-exists; apply -f topics.yaml"""
NOTHING_TO_DO = """topic create orders --if-not-exists; topic delete nope --yes --if-exists; topic delete nope none --yes --if-exists
topic alter nope --set retention.ms=1000 --if-exists; topic add-partitions nope --to 9 --if-exists
topic add-partitions orders --to 2 --if-not-exists; group undo nope --if-exists
group reset nope --to-latest --yes --if-exists
topic trim nope --all --yes --if-exists; topic trim nope --before-time now --yes --if-exists
group delete nope --yes --if-exists; config set retention.ms=1000 --topic nope --if-exists
connection close 99 --yes --if-exists; context add local --endpoint 127.0.0.1:1 --if-not-exists; context remove nope --if-exists"""


def commands(text):
    return [command.split() for line in text.splitlines() for command in line.split("; ")]


class FormatsTest(WithSeed):
    """Every verb in every format, and what all verbs have in common."""

    def documents(self, text):
        decoder, found = json.JSONDecoder(), []
        while text.strip():
            document, end = decoder.raw_decode(text.lstrip())
            found.append(document)
            text = text.lstrip()[end:]
        return found

    def everything(self, place):
        return [place.ctl(arguments).stdout for arguments in (
            ["export", "-o", "json"], ["group", "export", "billing"], ["config", "get", "--set-only", "-o", "name"],
            ["offset", "find", "orders", "--latest", "-o", "json"], ["offset", "find", "orders", "--earliest", "-o", "json"])]

    def test_every_answer_is_for_programs_too(self):
        place = self.place()
        place.ctl(["export", "-f", "all.yaml"])
        for command in commands(SHOWING):
            with self.subTest(command=command):
                for line in place.ctl([*command, "-o", "jsonl"]).stdout.splitlines():
                    json.loads(line)
                self.assertLessEqual(len(self.documents(place.ctl([*command, "-o", "json"]).stdout)), 1)
                for text in (place.ctl([*command, "-o", form]).stdout for form in ("name", "yaml", "table", "wide")):
                    self.assertNotIn("\x1b", text)
                    self.assertNotIn("_UNSPECIFIED", text if command[0] == "export" else "")

    def test_a_dry_run_changes_nothing(self):
        place = self.place()
        before = self.everything(place)
        for command in commands(DRY_RUNS):
            for form in ("table", "json", "name"):
                with self.subTest(command=command, form=form):
                    place.ctl([*command, "--dry-run", "-o", form])
        self.assertEqual(self.everything(place), before)

    def test_what_is_missing_or_there_already_is_no_failure_when_one_says_so(self):
        place = self.place()
        before = self.everything(place)
        for command in commands(NOTHING_TO_DO):
            with self.subTest(command=command):
                self.assertIn(": nothing to do", place.ctl(command).stderr)
                self.answers_in_every_format(place, command)
                place.ctl([word for word in command if not word.startswith("--if-")], code=1)
        self.assertEqual(self.everything(place), before)
        place.ctl(["export", "-f", "all.yaml"])
        place.ctl(["group", "undo", "billing", "--yes"])
        for command in commands("apply -f all.yaml --yes; group undo billing; group reset billing --to-current --yes"):
            with self.subTest(command=command):
                self.answers_in_every_format(place, command)

    def answers_in_every_format(self, place, command):
        self.assertTrue(self.documents(place.ctl([*command, "-o", "json"]).stdout))
        for line in place.ctl([*command, "-o", "jsonl"]).stdout.splitlines():
            json.loads(line)
        self.assertTrue(place.ctl([*command, "-o", "yaml"]).stdout)

    def test_what_destroys_something_wants_yes(self):
        place = self.place()
        before = self.everything(place)
        for command in ("topic delete orders", "topic trim orders --all", "group delete billing",
                        "group reset billing --to-latest", "group import -f offsets.yaml"):
            self.assertIn("next: add --yes, or --dry-run", place.ctl(command.split(), code=64).stderr)
        self.assertEqual(self.everything(place), before)

    def test_closing_a_connection_says_whose_it_is(self):
        place = self.place()
        host, port = place.address.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as client:
            address = "{}:{}".format(*client.getsockname())

            def listed():
                found = json.loads(place.ctl(["connection", "list", "-o", "json"]).stdout).get("connections", [])
                return [c["connectionId"] for c in found if c["remoteAddress"] == address]
            wait_until(listed, 30, "the broker knows the connection")
            whose = listed()[0]
            refused = place.ctl(["connection", "close", whose], code=64).stderr
            self.assertRegex(refused, rf"will not close connection {whose} of .* from {address} without confirm")
            self.assertIn("next: add --yes, or --dry-run", refused)
            dry = place.ctl(["connection", "close", whose, "--dry-run"]).stderr
            self.assertRegex(dry, rf"^connection {whose} of .* from {address}: would be closed\n$")
            closed = place.ctl(["connection", "close", whose, "--yes"]).stderr
            self.assertRegex(closed, rf"^connection {whose} of .* from {address}: closed\n$")

    def test_what_is_exported_is_as_documented_in_every_format(self):
        place = self.place()
        for form in ("yaml", "json", "jsonl"):
            documents = place.ctl(["export", "-o", form]).stdout
            for verb in ("plan", "diff", "apply"):
                with self.subTest(form=form, verb=verb):
                    self.assertIn("0 changes, ", place.ctl([verb, "-f", "-"], stdin=documents).stderr)
            offsets = place.ctl(["group", "export", "billing", "-o", form]).stdout
            place.ctl(["group", "import", "-f", "-", "--yes"], stdin=offsets)

    def test_a_protected_context_wants_its_name_for_every_change(self):
        place = self.place()
        place.ctl(["context", "add", "production", "--endpoint", place.endpoint, "--protected"])
        before = self.everything(place)
        for command in commands(DRY_RUNS):
            with self.subTest(command=command):
                command = [*command, "--yes"] if command[:2] in (["topic", "delete"], ["group", "delete"]) else command
                refused = place.ctl([*command, "--context", "production"], code=64)
                self.assertIn("next: add --confirm production", refused.stderr)
        self.assertEqual(self.everything(place), before)
        place.ctl(["topic", "create", "new", "--context", "production", "--confirm", "production"])


class FilesTest(WithSeed):
    """segment verbs over a directory, with no broker."""

    def stopped(self):
        place = self.place()
        place.stop()
        return place

    def segment(self, place):
        logs = [path for path in place.data.glob("orders-*/*.log") if path.stat().st_size]
        return sorted(logs)[0]

    def test_the_same_verbs_work_on_a_directory(self):
        running = self.place()
        live = json.loads(running.ctl(["segment", "list", "orders", "-o", "json"]).stdout)
        running.stop()
        offline = json.loads(running.ctl(
            ["segment", "list", "orders", "--dir", "monkafka-data", "-o", "json"]).stdout)
        strip = [{k: v for k, v in s.items() if k != "path"} for s in live["segments"]]
        self.assertEqual([{k: v for k, v in s.items() if k != "path"} for s in offline["segments"]],
                         strip)
        self.assertEqual(sum(int(s["recordCount"]) for s in strip), PRODUCED + 1)

    def test_a_sound_directory_verifies(self):
        done = self.stopped().ctl(["segment", "verify", "--records", "--dir", "monkafka-data"])
        self.assertIn("0 errors, 0 warnings", done.stderr)

    def test_a_search_goes_on_without_the_partition_that_is_offline(self):
        place = self.stopped()
        damaged = place.data / "orders-0" / "00000000000000000000.log"
        content = damaged.read_bytes()
        damaged.write_bytes(content[:100] + bytes([content[100] ^ 0xff]) + content[101:] + content)
        (place.data / ".kafka_cleanshutdown").unlink()
        (place.data / "recovery-point-offset-checkpoint").unlink()
        place.start()
        for command in (["record", "search", "orders"], ["record", "read", "orders", "--since", "-1d"]):
            with self.subTest(command=command):
                done = place.ctl([*command, "-o", "jsonl"], code=1)
                seen = [json.loads(line) for line in done.stdout.splitlines()]
                self.assertEqual({m["partition"] for m in seen if "partition" in m}, {1, 2})
                left_out = seen[-1]["summary"]["unreadablePartitions"]
                self.assertEqual([p["partition"] for p in left_out], [0])
                self.assertIn("1 partition left out:\n  partition orders-0 cannot be read: ", done.stderr)
                self.assertIn("next: `monkafkactl segment verify orders` says", done.stderr)
                only = place.ctl([*command, "--partitions", "0"], code=1)
                self.assertIn("partition orders-0 cannot be read", only.stderr)
        trimmed = place.ctl(["topic", "trim", "orders", "--before-time", "now", "--yes"], code=1)
        self.assertIn("partition orders-0 is offline", trimmed.stderr)
        self.assertEqual(len(trimmed.stdout.splitlines()), 3, trimmed.stdout)
        place.ctl(["topic", "trim", "orders", "--before-time", "now", "--yes", "--partitions", "1,2"])

    def test_a_flipped_byte_is_found_and_nothing_is_changed(self):
        place = self.stopped()
        path = self.segment(place)
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        done = place.ctl(["segment", "verify", "orders", "--dir", "monkafka-data", "-o", "jsonl"], code=2)
        anomaly = json.loads(done.stdout.splitlines()[0])["anomaly"]
        self.assertEqual(anomaly["kind"], "ANOMALY_KIND_BAD_CRC")
        self.assertEqual(path.read_bytes(), bytes(content))
        partition = path.parent.name.rsplit("-", 1)[1]
        dump = place.ctl(["segment", "dump", "orders", "--partition", partition, "--dir", "monkafka-data"],
                         code=1)
        self.assertIn("BAD", dump.stdout)

    def test_what_is_no_data_directory_is_refused(self):
        place = self.stopped()
        done = place.ctl(["segment", "list", "orders", "--dir", "nowhere"], code=1)
        self.assertIn("nowhere", done.stderr)


class DoctorTest(WithSeed):

    def test_a_healthy_broker(self):
        done = self.place().ctl(["doctor"])
        self.assertNotIn("failed", done.stdout)

    def test_an_advertised_address_that_nobody_reaches_names_the_line_to_change(self):
        place = self.place(**{"advertised.listeners": "PLAINTEXT://no-such-host.invalid:9092"})
        done = place.ctl(["doctor"], code=1)
        self.assertIn("no-such-host.invalid:9092", done.stdout)
        self.assertRegex(done.stderr, r"next: advertised\.listeners=PLAINTEXT://127\.0\.0\.1:\d+ in server")

    def test_a_bootstrap_port_where_nobody_listens(self):
        place = self.place()
        place.stop()
        done = place.ctl(["doctor", "--bootstrap", place.address], code=1)
        self.assertIn("start the broker with --admin-listen", done.stderr)
        self.assertIn("listeners=PLAINTEXT://127.0.0.1:", done.stderr)

    def test_one_of_several_addresses_is_enough_for_clients(self):
        place = self.place()
        done = place.ctl(["doctor", "--bootstrap", f"127.0.0.1:1,{place.address}"])
        self.assertRegex(done.stdout, r"bootstrap +warning +127\.0\.0\.1:1 ")
        self.assertIn("bootstrap 127.0.0.1:1: nobody listens there", done.stderr)
        done = place.ctl(["doctor", "--bootstrap", "127.0.0.1:1,127.0.0.1:2"], code=1)
        self.assertEqual(len(re.findall(r"bootstrap +failed", done.stdout)), 2, done.stdout)

    def test_a_port_that_is_not_kafka(self):
        place = self.place()
        done = place.ctl(["doctor", "--bootstrap", place.endpoint, "--patience", "1s"], code=1)
        self.assertRegex(done.stdout, r"bootstrap +failed")


def handles_interrupts(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    caught = int(re.search(r"SigCgt:\s*([0-9a-f]+)", status)[1], 16)
    return caught >> (signal.SIGINT - 1) & 1


class SignalTest(WithSeed):

    def start(self, place, *arguments):
        process = subprocess.Popen([ctl_binary(), *arguments], cwd=place.home, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=place.environment(),
                                   preexec_fn=die_with_parent)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_ctrl_c_ends_a_tail_and_says_where_to_go_on(self):
        place = self.place()
        process = self.start(place, "record", "tail", "orders", "--last", "1", "-o", "jsonl")
        record = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        offset = int(record["record"]["offset"]) + 1
        self.assertIn(f"monkafkactl record tail orders -o jsonl --partitions {record['partition']} "
                      f"--offset {offset}\n", err)
        self.assertIn("offset", record["record"])

    def test_json_is_whole_after_ctrl_c(self):
        place = self.place()
        process = self.start(place, "offset", "watch", "orders", "-o", "json")
        first = process.stdout.readline() + process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("update", json.loads(first + out)[0])

    def test_ctrl_c_ends_what_waits_for_its_reader(self):
        place = self.place()
        place.ctl(["topic", "create", "many", "--partitions", "1"])
        place.ctl(["record", "produce", "many", "-q"], stdin="".join(f"{i}\n" for i in range(20_000)))
        process = self.start(place, "segment", "dump", "many", "--records", "-o", "jsonl")
        lines = [process.stdout.readline()]  # the rest does not fit into the pipe
        process.send_signal(signal.SIGINT)
        lines += process.stdout.readlines()
        err = process.stderr.read()
        self.assertEqual(process.wait(30), 1, err)
        last = json.loads(lines[-1])
        self.assertIn(f"interrupted\n  next: monkafkactl segment dump many --records -o jsonl "
                      f"--from {int(last['batch']['lastOffset']) + 1}\n", err)

    def test_ctrl_c_ends_a_produce_with_what_the_broker_has_acknowledged(self):
        place = self.place()
        place.ctl(["topic", "create", "lines", "--partitions", "1"])
        file = place.home / "lines.txt"
        file.write_text("".join(f"{i}\n" for i in range(200_000)))
        process = self.start(place, "record", "produce", "lines", "-f", str(file), "-o", "name")
        names = [process.stdout.readline()]  # the rest does not fit into the pipe
        process.send_signal(signal.SIGINT)
        names += process.stdout.readlines()
        err = process.stderr.read()
        self.assertEqual(process.wait(30), 1, err)
        produced = len(names)
        offsets = json.loads(place.ctl(["offset", "list", "lines", "-o", "json"]).stdout)["offsets"]
        self.assertEqual(offsets[0]["logEndOffset"], str(produced))
        self.assertIn(f"interrupted after {produced:,} records that the broker has acknowledged\n"
                      f"  next: tail -n +{produced + 1} {file} | "
                      "monkafkactl record produce lines -o name\n", err)

    def test_ctrl_c_ends_a_produce_that_waits_for_its_input(self):
        place = self.place()
        process = subprocess.Popen([ctl_binary(), "record", "produce", "orders"], cwd=place.home, text=True,
                                   stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=place.environment(), preexec_fn=die_with_parent)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_until(lambda: handles_interrupts(process), 30, "it waits for lines")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 1)
        self.assertIn("interrupted after 0 records", process.stderr.read())

    def test_what_comes_before_a_bad_line_is_produced(self):
        place = self.place()
        place.ctl(["topic", "create", "lines", "--partitions", "1"])
        file = place.home / "lines.jsonl"
        file.write_text('{"value": "YQ=="}\n' * 7_000 + "bad\n" + '{"value": "YQ=="}\n')
        done = place.ctl(["record", "produce", "lines", "--jsonl", "-f", str(file)], code=1)
        self.assertIn("line 7001 is no NewRecord", done.stderr)
        self.assertIn("after 7,000 records that the broker has acknowledged\n", done.stderr)
        self.assertIn(f"tail -n +7001 {file} | monkafkactl record produce lines --jsonl\n", done.stderr)
        offsets = json.loads(place.ctl(["offset", "list", "lines", "-o", "json"]).stdout)["offsets"]
        self.assertEqual(offsets[0]["logEndOffset"], "7000")
        file.write_text("bad\n")
        done = place.ctl(["record", "produce", "lines", "--jsonl", "-f", str(file)], code=1)
        self.assertNotIn("acknowledged", done.stderr)

    def test_lines_are_sent_as_they_come(self):
        place = self.place()
        place.ctl(["topic", "create", "lines", "--partitions", "1"])
        process = subprocess.Popen([ctl_binary(), "record", "produce", "lines"], cwd=place.home, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=place.environment(), preexec_fn=die_with_parent)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for text in ("first\n", "second\nthird\nfou"):
            process.stdin.write(text)
            process.stdin.flush()
            for _ in range(text.count("\n") + (text == "first\n")):  # and the titles
                process.stdout.readline()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 1)
        self.assertIn("interrupted after 3 records that the broker has acknowledged; 1 line read and not sent\n"
                      "  next: give the lines from number 4 on to:", process.stderr.read())
        read = place.ctl(["record", "read", "lines", "-o", "jsonl"]).stdout.splitlines()
        self.assertEqual(sum("record" in json.loads(line) for line in read), 3)

    def test_a_search_that_is_interrupted_again_and_again_finds_all_once(self):
        place = self.place()
        place.ctl(["topic", "create", "many", "--partitions", "3"])
        place.ctl(["record", "produce", "many", "-q"], stdin="".join(f"{i}\n" for i in range(30_000)))

        def found(lines):
            return [(each["partition"], each["record"]["offset"])
                    for each in map(json.loads, lines) if "record" in each]
        search = ["record", "search", "many", "--value-contains", "1", "-o", "jsonl"]
        whole = found(place.ctl(search).stdout.splitlines())
        seen, resume, interruptions = [], [], 0
        while True:
            process = self.start(place, *search, *resume)
            lines = [process.stdout.readline()]  # the rest does not fit into the pipe
            if interruptions < 10:
                process.send_signal(signal.SIGINT)
            lines += process.stdout.readlines()
            err = process.stderr.read()
            seen += found(lines)
            if process.wait(30) == 0:
                break
            interruptions += 1
            resume = ["--resume", re.search(r" --resume (\S+)$", err.strip())[1]]
        self.assertGreater(interruptions, 3)
        self.assertEqual(seen, whole)

    def test_a_broker_that_is_killed_under_a_stream(self):
        place = self.place()
        tail = self.start(place, "record", "tail", "orders", "--last", "1", "-o", "jsonl")
        watch = self.start(place, "offset", "watch", "orders", "-o", "jsonl")
        record = json.loads(tail.stdout.readline())
        watch.stdout.readline()
        place.broker.kill()
        place.broker.wait()
        for process in (tail, watch):
            out, err = process.communicate(timeout=30)
            self.assertEqual(process.returncode, 1, err)
            self.assertIn(f"the connection to {place.endpoint} was lost", err)
            self.assertIn("  next: is the broker running?", err)
            if process is tail:
                self.assertIn(f"--partitions {record['partition']} "
                              f"--offset {int(record['record']['offset']) + 1}\n", err)

    def test_a_port_that_stays_silent(self):
        place = self.place()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            endpoint = f"127.0.0.1:{silent.getsockname()[1]}"
            done = place.ctl(["doctor", "--endpoint", endpoint, "--timeout", "1s", "-o", "json"], code=1)
        self.assertIn(f"{endpoint} takes the connection, and gives no answer in time", done.stdout)

    def test_a_tail_shows_what_is_produced_later(self):
        place = self.place()
        process = self.start(place, "record", "tail", "other", "--from-beginning", "--max", "1", "-o", "jsonl")
        place.ctl(["record", "produce", "other", "--value", "late"])
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(json.loads(out.splitlines()[0])["record"]["value"], "bGF0ZQ==")

    def test_a_closed_pipe_ends_it(self):
        place = self.place()
        done = place.shell("monkafkactl record read orders | head -n 1")
        self.assertIn("PARTITION", done.stdout, done.shown)


class TerminalTest(WithSeed):

    def in_terminal(self, place, arguments, columns=60, keys=b"", after=b"", **env):
        """Runs in a pseudo terminal and types `keys` once it shows `after`; returns (exit code, what it showed)."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(place.home)
            os.execve(ctl_binary(), ["monkafkactl", *arguments], place.environment(**env))
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 20, columns, 0, 0))
        shown = b""
        while True:
            if keys and after in shown:
                os.write(fd, keys)
                keys = b""
            try:
                part = os.read(fd, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return os.waitstatus_to_exitcode(status), shown.decode()

    def lines(self, shown):
        return [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in shown.splitlines()]

    def test_tables_fit_the_terminal_and_have_colours(self):
        place = self.place()
        code, shown = self.in_terminal(place, ["record", "read", "orders", "--max", "3"], COLUMNS="50")
        self.assertEqual(code, 0, shown)
        self.assertIn("\x1b[1m", shown)
        for line in self.lines(shown):
            self.assertLessEqual(len(line), 50, shown)

    def test_no_color_and_its_flag_are_heeded(self):
        place = self.place()
        self.assertNotIn("\x1b", self.in_terminal(place, ["topic", "list"], NO_COLOR="1")[1])
        self.assertNotIn("\x1b", self.in_terminal(place, ["topic", "list", "--no-color"])[1])

    def test_deleting_asks(self):
        place = self.place()
        code, shown = self.in_terminal(place, ["topic", "delete", "orders"], keys=b"no\n")
        self.assertEqual(code, 1, shown)
        self.assertIn("nothing was done", shown)
        code, shown = self.in_terminal(place, ["topic", "delete", "orders"], keys=b"yes\n")
        self.assertEqual(code, 0, shown)
        self.assertEqual(place.ctl(["topic", "list", "-o", "name"]).stdout, "other\n")

    def test_tables_fit_every_terminal(self):
        place = self.place()
        place.ctl(["topic", "create", "a-topic-whose-name-goes-on-and-on-and-on-for-quite-a-long-while"])
        for command in commands(SHOWING.replace("; plan -f all.yaml; diff -f all.yaml", "")):
            for columns in (60, 200):
                with self.subTest(command=command, columns=columns):
                    code, shown = self.in_terminal(place, [*command, "-q"], COLUMNS=str(columns))
                    self.assertEqual(code, 0, shown)
                    if command[0] not in ("export", "doctor") and command[1] not in ("export", "get", "explain", "info"):
                        self.assertLessEqual(max([len(line) for line in self.lines(shown)] or [0]), columns, shown)

    def test_ctrl_c_in_a_terminal_ends_what_has_no_end(self):
        place = self.place()
        for command, first in ((["top", "--interval", "100ms"], b"orders"), (["offset", "watch"], b"orders"),
                               (["group", "lag", "billing", "--watch"], b"billing"),
                               (["record", "tail", "orders", "--last", "1"], b"PARTITION")):
            with self.subTest(command=command):
                code, shown = self.in_terminal(place, command, columns=100, keys=b"\x03", after=first)
                self.assertEqual(code, 0, shown)
                self.assertFalse(shown.rstrip().endswith("\x1b[?25l"), shown)

    def test_top_is_a_live_screen_that_q_ends(self):
        place = self.place()
        code, shown = self.in_terminal(place, ["top", "--interval", "100ms"], columns=100, keys=b"q")
        self.assertEqual(code, 0, shown)
        self.assertIn("orders", shown)
        self.assertIn("\x1b[?1049h", shown)
        self.assertTrue(shown.rstrip().endswith("\x1b[?1049l"), shown)


if __name__ == "__main__":
    main()
