#!/usr/bin/env python3
"""The command line, and how the broker starts and stops. Ours only: Apache Kafka has another one."""
import hashlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess

from harness import (Broker, TestCase, debian_program, die_with_parent, main, monkafka_binary, run,
                     scratch_directory, wait_until)

USAGE = 64


def tree(directory):
    """What a directory holds: names, sizes and digests."""
    found = {}
    for path in sorted(pathlib.Path(directory).rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(directory))] = (path.stat().st_mode,
                                                   hashlib.sha256(content).hexdigest())
    return found


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class CliCase(TestCase):

    def setUp(self):
        self.home = scratch_directory()
        self.ready = self.home / "ready"
        self.process = None

    def start(self, *arguments, env=None, cwd=None):
        """Starts a broker with exactly these arguments and a ready-file; returns its address."""
        if self.process:
            self.end()
        self.ready.unlink(missing_ok=True)
        self.stderr = self.home / "stderr"
        with open(self.stderr, "wb") as stderr:
            self.process = subprocess.Popen(
                [monkafka_binary(), "--ready-file", self.ready, *map(str, arguments)],
                stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr, cwd=cwd or self.home,
                env=dict(os.environ, **(env or {})), preexec_fn=die_with_parent)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

        def ready():
            self.assertIsNone(self.process.poll(), self.said())
            return self.ready.exists() and self.ready.read_text()
        content = wait_until(ready, 30, "the ready-file is there")
        self.assertRegex(content, r"\A\S+:\d+\n\Z")
        return content.strip()

    def said(self):
        return self.stderr.read_text()

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(60)
        self.process = None
        return code

    def refused(self, *arguments, code=1, saying=(), env=None, binary=None, preexec=None):
        """It must end at once, with this code and one sentence that names these words on stderr.

        Beside the sentence there may be lines of the log, which begin with their time.
        """
        command = [*(preexec or []), binary or monkafka_binary(), "--ready-file", self.ready,
                   *arguments]
        done = run(*command, code=None, seconds=60, env=env)
        self.assertEqual(code, done.code, done)
        lines = [line for line in done.err.splitlines() if not line.startswith("[")]
        self.assertEqual(1, len(lines), done)
        self.assertTrue(lines[0].startswith("monkafka: "), done)
        for word in saying:
            self.assertIn(str(word), lines[0])
        self.assertFalse(self.ready.exists())
        return lines[0]

    def kcat(self, address, *arguments, **options):
        return run(debian_program("kcat"), "-b", address, *arguments, **options)

    def brokers(self, address):
        return [b["name"] for b in json.loads(self.kcat(address, "-L", "-J").out)["brokers"]]

    def produce(self, address, topic, *lines):
        self.kcat(address, "-P", "-t", topic, "-p", 0, stdin="".join(f"{x}\n" for x in lines))

    def consume(self, address, topic):
        return self.kcat(address, "-C", "-t", topic, "-p", 0, "-o", "beginning", "-e", "-q").lines


class Help(CliCase):

    def test_help_names_every_option(self):
        shown = run(monkafka_binary(), "--help")
        self.assertEqual("", shown.err)
        for option in ("server.properties", "--port", "--host", "--data-dir", "--ephemeral",
                       "--ready-file", "--override", "--version", "KAFKA_"):
            self.assertIn(option, shown.out)

    def test_version(self):
        self.assertRegex(run(monkafka_binary(), "--version").out, r"\Amonkafka \d+\.\d+\.\d+\n\Z")

    def test_wrong_usage(self):
        self.refused("--no-such-option", code=USAGE, saying=["--no-such-option"])
        self.refused("--port", "many", code=USAGE, saying=["many"])
        self.refused("--port", "65536", code=USAGE, saying=["65536"])
        self.refused("--override", "no-equals-sign", code=USAGE, saying=["no-equals-sign"])
        self.refused("--ephemeral", "--data-dir", self.home / "x", code=USAGE, saying=["--ephemeral"])
        self.refused("--ephemeral", "--override", "log.retention.houres=1", code=USAGE,
                     saying=["log.retention.houres", "log.retention.hours"])


class Starting(CliCase):

    def test_without_arguments_the_data_is_in_the_working_directory(self):
        self.start("--port", 0)
        self.assertEqual(0, self.end())
        self.assertTrue((self.home / "monkafka-data" / "meta.properties").exists())

    def test_ephemeral_leaves_nothing_behind(self):
        self.assert_ephemeral_is_gone_after(signal.SIGTERM)

    def test_ephemeral_leaves_nothing_behind_after_sigint_either(self):
        self.assert_ephemeral_is_gone_after(signal.SIGINT)

    def assert_ephemeral_is_gone_after(self, number):
        temporary = self.home / "tmp"
        temporary.mkdir()
        address = self.start("--port", 0, "--ephemeral", env={"TMPDIR": str(temporary)})
        self.produce(address, "titi", "hello")
        self.assertEqual(["hello"], self.consume(address, "titi"))
        self.assertEqual(1, len(list(temporary.iterdir())))
        before = set(self.home.iterdir())
        self.assertEqual(0, self.end(number))
        self.assertEqual([], list(temporary.iterdir()))
        self.assertLessEqual(set(self.home.iterdir()), before)

    def test_a_stale_ready_file_is_gone_before_the_new_broker_serves(self):
        data = self.home / "data"
        data.write_text("not a directory")
        self.ready.write_text("127.0.0.1:1\n")
        done = run(monkafka_binary(), "--port", 0, "--data-dir", data, "--ready-file", self.ready,
                   code=None)
        self.assertEqual(1, done.code)
        self.assertFalse(self.ready.exists(), "someone waits for this file and would connect")

    def test_ready_file_names_an_address_that_answers_and_is_removed_at_the_end(self):
        address = self.start("--port", 0, "--ephemeral")
        self.assertEqual([address], self.brokers(address))
        self.assertEqual(0, self.end())
        self.assertFalse(self.ready.exists())

    def test_ready_file_that_cannot_be_written(self):
        self.ready = self.home / "missing" / "ready"
        self.refused("--port", 0, "--ephemeral", saying=[self.ready])

    def test_sigint_ends_it_cleanly_too(self):
        self.start("--port", 0, "--data-dir", self.home / "data")
        self.assertEqual(0, self.end(signal.SIGINT))
        self.assertTrue((self.home / "data" / ".kafka_cleanshutdown").exists())

    def test_a_client_that_waits_does_not_delay_the_end(self):
        address = self.start("--port", 0, "--ephemeral")
        self.produce(address, "titi", "hello")
        waiting = subprocess.Popen(
            [debian_program("kcat"), "-C", "-b", address, "-t", "titi", "-q", "-u", "-X",
             "fetch.wait.max.ms=30000"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent)
        self.addCleanup(waiting.stdout.close)
        self.addCleanup(waiting.wait)
        self.addCleanup(waiting.kill)
        self.assertEqual(b"hello\n", waiting.stdout.readline())  # the next fetch is a long poll
        self.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.process.wait(8))  # draining gives up after 10


class Data(CliCase):

    def setUp(self):
        super().setUp()
        self.data = self.home / "data"

    def test_restart_keeps_everything_and_is_clean(self):
        address = self.start("--port", 0, "--data-dir", self.data)
        self.produce(address, "titi", "hello", "is it you?", "Nope!")
        self.assertEqual(0, self.end())
        self.assertTrue((self.data / ".kafka_cleanshutdown").exists())
        before = (self.data / "meta.properties").read_text()

        address = self.start("--port", 0, "--data-dir", self.data)
        self.assertFalse((self.data / ".kafka_cleanshutdown").exists())
        self.assertEqual(["hello", "is it you?", "Nope!"], self.consume(address, "titi"))
        self.assertEqual(before, (self.data / "meta.properties").read_text())
        self.end(signal.SIGKILL)
        address = self.start("--port", 0, "--data-dir", self.data)
        self.assertEqual(["hello", "is it you?", "Nope!"], self.consume(address, "titi"))

    def test_meta_properties_are_as_apache_kafka_writes_them(self):
        self.start("--port", 0, "--data-dir", self.data, "--override", "node.id=7")
        lines = (self.data / "meta.properties").read_text().splitlines()
        values = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
        self.assertEqual({"version", "cluster.id", "node.id", "directory.id"}, set(values))
        self.assertEqual(("1", "7"), (values["version"], values["node.id"]))
        self.assertRegex(values["cluster.id"], r"\A[\w-]{22}\Z")

    def assert_refused_and_untouched(self, *arguments, saying=()):
        before = tree(self.data)
        self.refused("--port", "0", "--data-dir", self.data, *arguments, saying=saying)
        self.assertEqual(before, tree(self.data))

    def test_directory_of_another_node(self):
        self.start("--port", 0, "--data-dir", self.data)
        self.end()
        self.assert_refused_and_untouched("--override", "node.id=2", saying=[self.data, "node.id"])

    def test_directory_of_another_cluster(self):
        self.start("--port", 0, "--data-dir", self.data)
        self.end()
        self.assert_refused_and_untouched(
            "--override", "monkafka.cluster.id=abcdefghijklmnopqrstuv",
            saying=[self.data, "cluster"])

    def test_directory_that_another_process_has_open(self):
        address = self.start("--port", 0, "--data-dir", self.data)
        self.produce(address, "titi", "hello")
        ready, self.ready = self.ready, self.home / "other-ready"
        self.refused("--port", "0", "--data-dir", self.data, saying=[self.data])
        self.ready = ready
        self.assertEqual(["hello"], self.consume(address, "titi"))  # the first one goes on
        self.assertEqual(0, self.end())

    def test_directory_of_something_else(self):
        self.data.mkdir()
        (self.data / "letters").mkdir()
        (self.data / "letters" / "to-mother.txt").write_text("Dear mother,\n")
        self.assert_refused_and_untouched(saying=[self.data])

    def test_damaged_meta_properties(self):
        self.start("--port", 0, "--data-dir", self.data)
        self.end()
        (self.data / "meta.properties").write_text("version=1\nnode.id=one\n")
        self.assert_refused_and_untouched(saying=["meta.properties"])

    def test_file_in_the_place_of_the_directory(self):
        self.data.write_text("not a directory")
        self.refused("--port", "0", "--data-dir", self.data, saying=[self.data])
        self.assertEqual("not a directory", self.data.read_text())

    def test_directory_that_may_not_be_written(self):
        self.data.mkdir(mode=0o555)
        self.home.chmod(0o755)
        if os.geteuid() != 0:
            self.assert_refused_and_untouched(saying=[self.data])
            return
        # Root may write anywhere, so another user tries; with a copy of the binary it can reach.
        reachable = pathlib.Path(shutil.copy(monkafka_binary(), self.home / "monkafka"))
        reachable.chmod(0o755)
        nobody = pwd.getpwnam("nobody")
        before = tree(self.data)
        self.refused("--port", "0", "--data-dir", self.data, saying=[self.data], binary=reachable,
                     preexec=["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}",
                              "--clear-groups"])
        self.assertEqual(before, tree(self.data))


class Configuration(CliCase):

    def properties(self, *lines):
        path = self.home / "server.properties"
        path.write_text("".join(line + "\n" for line in lines))
        return path

    def partitions_of_a_new_topic(self, address):
        """Shows which num.partitions is in force."""
        def count():
            metadata = json.loads(self.kcat(address, "-L", "-J", "-t", "probe").out)
            return len(metadata["topics"][0]["partitions"])
        return wait_until(count, 30, "the topic is there")

    def test_file_then_environment_then_flags(self):
        file = self.properties("num.partitions=2", f"log.dirs={self.home / 'in-file'}",
                               "listeners=PLAINTEXT://127.0.0.1:0")
        self.assertEqual(2, self.partitions_of_a_new_topic(self.start(file)))
        self.assertTrue((self.home / "in-file" / "probe-1").exists())
        environment = {"KAFKA_NUM_PARTITIONS": "3"}
        self.assertEqual(3, self.partitions_of_a_new_topic(self.start(
            file, "--override", f"log.dirs={self.home / 'two'}", env=environment)))
        self.assertEqual(4, self.partitions_of_a_new_topic(self.start(
            file, "--data-dir", self.home / "three", "--override", "num.partitions=4",
            env=environment)))

    def test_environment_writes_underscores_and_dashes_in_kafkas_way(self):
        self.start("--port", 0, "--ephemeral", env={"KAFKA_NO__SUCH___KEY": "1"})
        self.assertIn("no_such-key", self.said())

    def test_unknown_key_warns_with_the_nearest_name(self):
        file = self.properties("log.retention.houres=1", "zookeeper.connect=localhost:2181")
        self.start(file, "--port", 0, "--ephemeral")
        line = self.assert_line(r".*log\.retention\.houres.*", self.said())[0]
        self.assertIn("'log.retention.hours'", line)

    def test_bad_values_name_the_key_and_where_it_was_given(self):
        data = self.home / "data"
        file = self.properties("num.partitions=many")
        self.refused(file, "--port", "0", "--data-dir", data,
                     saying=["num.partitions", "many", file])
        self.refused("--port", "0", "--data-dir", data, env={"KAFKA_NUM_PARTITIONS": "0"},
                     saying=["num.partitions", "KAFKA_NUM_PARTITIONS"])
        self.refused("--port", "0", "--data-dir", data, "--override", "num.partitions=-3",
                     saying=["num.partitions", "-3"])
        self.refused("--data-dir", data, "--override", "listeners=PLAINTEXT:/127.0.0.1:0",
                     saying=["listeners"])
        self.refused("--data-dir", data, "--override", "listeners=NAMELESS://127.0.0.1:0",
                     saying=["NAMELESS"])
        self.assertFalse(data.exists())

    def test_properties_file_that_is_not_there(self):
        self.refused(self.home / "missing.properties", saying=[self.home / "missing.properties"])

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.refused("--port", str(port), "--data-dir", self.home / "data", saying=[port])
        self.assertFalse((self.home / "data").exists())

    def test_address_that_is_not_of_this_machine(self):
        self.refused("--host", "192.0.2.1", "--port", "0", "--data-dir", self.home / "data",
                     saying=["192.0.2.1"])
        self.assertFalse((self.home / "data").exists())

    def test_named_listeners_each_advertise_their_own_address(self):
        inside, outside = free_port(), free_port()
        first = self.start(
            "--ephemeral", "--override",
            f"listeners=INSIDE://127.0.0.1:{inside},OUTSIDE://127.0.0.1:{outside}",
            "--override", "listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
            "--override", "inter.broker.listener.name=INSIDE",
            "--override", f"advertised.listeners=INSIDE://localhost:{inside},"
                          f"OUTSIDE://127.0.0.1:{outside}")
        self.assertEqual(f"localhost:{inside}", first)
        self.assertEqual([f"localhost:{inside}"], self.brokers(f"127.0.0.1:{inside}"))
        self.assertEqual([f"127.0.0.1:{outside}"], self.brokers(f"127.0.0.1:{outside}"))
        self.produce(f"127.0.0.1:{inside}", "titi", "hello")
        self.assertEqual(["hello"], self.consume(f"127.0.0.1:{outside}", "titi"))

    def test_a_server_properties_of_apache_kafka_is_understood(self):
        file = self.properties(
            "# The Apache Software Foundation's example, in short", "process.roles=broker,controller",
            "node.id=1", "controller.quorum.voters=1@localhost:9093",
            f"listeners=PLAINTEXT://127.0.0.1:{free_port()},CONTROLLER://127.0.0.1:{free_port()}",
            "inter.broker.listener.name=PLAINTEXT", "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL",
            "num.network.threads=3", "num.io.threads=8", "socket.send.buffer.bytes=102400",
            "socket.receive.buffer.bytes=102400", "socket.request.max.bytes=104857600",
            f"log.dirs={self.home / 'data'}", "num.partitions=1",
            "num.recovery.threads.per.data.dir=1", "offsets.topic.replication.factor=1",
            "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1",
            "log.retention.hours=168", "log.segment.bytes=1073741824",
            "log.retention.check.interval.ms=300000")
        address = self.start(file)
        self.assertNotIn("unknown setting", self.said())
        self.produce(address, "titi", "hello")
        self.assertEqual(["hello"], self.consume(address, "titi"))


class BrokerSettings(TestCase):

    def test_clean_shutdown_of_many_topics(self):
        broker = Broker(**{"num.partitions": 50})
        self.addCleanup(broker.close)
        broker.start()
        for number in range(5):
            wait_until(lambda topic=f"many-{number}": len(json.loads(
                run(debian_program("kcat"), "-b", broker.address, "-L", "-J", "-t", topic).out)
                ["topics"][0]["partitions"]) == 50, 30, "the topic is there")
        broker.stop()
        self.assertTrue((broker.data / ".kafka_cleanshutdown").exists())
        self.assertEqual(250, len(list(broker.data.glob("many-*"))))


if __name__ == "__main__":
    main()
