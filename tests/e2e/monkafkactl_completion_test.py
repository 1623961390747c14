#!/usr/bin/env python3
"""<tab> in real shells: bash, zsh and fish complete commands, options, files, and what a real broker has."""
import os
import pty
import re
import select
import shutil
import signal
import time
import unittest

from harness import main
from monkafkactl_test import WithSeed

EXPECTED = {"topic get or": "orders", "group reset bi": "billing", "topic add-p": "add-partitions",
            "config explain retention.m": "retention.ms", "config get --topic ord": "orders",
            "topic create new --parti": "--partitions", "context use lo": "local", "topic list -o tab": "table", "plan -f topics.y": "topics.yaml"}


class CompletionTest(WithSeed):

    def completed(self, place, shell, load, line):
        """What the line has become after <tab> in an interactive shell."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(place.home)
            os.execvpe(shell[0], shell, place.environment())
        shown = b""

        def wait_for(pattern):
            nonlocal shown
            end = time.monotonic() + 20
            while not re.search(pattern, shown):
                if not select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
                    raise AssertionError(f"{shell[0]} shows {shown!r} instead of {pattern}")
                shown += os.read(fd, 65536)
            return re.search(pattern, shown)
        try:
            os.write(fd, load.encode() + b"; echo rea''dy\n")
            wait_for(rb"[\r\n]ready\r")
            # Ctrl-A: in front of the line, so that echo prints what it has become.
            os.write(fd, f"monkafkactl {line}\t\x01echo 'li''ne:' \n".encode())
            return wait_for(rb"[\r\n]line: monkafkactl (.*?) *\r")[1].decode()
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            os.close(fd)

    def check(self, complete):
        place = self.place()
        for line, word in EXPECTED.items():
            with self.subTest(line=line):
                self.assertEqual(complete(place, line), " ".join(line.split()[:-1] + [word]))

    def test_bash(self):
        self.check(lambda place, line: self.completed(
            place, ["bash", "--norc", "-i"], "source <(monkafkactl completion bash)", line))

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh(self):
        self.check(lambda place, line: self.completed(
            place, ["zsh", "-f", "-i"], "autoload -U compinit; compinit -D; source <(monkafkactl completion zsh)",
            line))

    @unittest.skipUnless(shutil.which("fish"), "fish is not installed")
    def test_fish(self):
        def complete(place, line):
            done = place.shell("fish --no-config -c 'monkafkactl completion fish | source; "
                               f'complete -C "monkafkactl {line}"\'')
            return " ".join(line.split()[:-1] + done.stdout.split())
        self.check(complete)


if __name__ == "__main__":
    main()
