#!/usr/bin/env python3
"""monkafkactl and who may reach the admin service: TLS, tokens with roles, client certificates, unix sockets,
and what it says of an endpoint that is another one than was meant."""
import socket

from harness import TestCase, main, run
from monkafkactl_test import Place

TOKENS = {"viewer": "viewer-token-0123456789", "operator": "operator-token-0123456789",
          "admin": "admin-token-0123456789"}


def make_certificate(home, name, host="127.0.0.1"):
    """A certificate that is its own authority: NAME.pem and NAME.key."""
    kind = "IP" if host[0].isdigit() else "DNS"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
        "-addext", f"subjectAltName={kind}:{host}", "-keyout", home / f"{name}.key", "-out", home / f"{name}.pem")


class AccessTestCase(TestCase):

    def place(self, prepare=lambda home: {}):
        place = Place()
        place.overrides.update(prepare(place.home))
        place.start()
        self.addCleanup(place.stop)
        return place

    def fails(self, place, arguments, *expected, code=1, **env):
        error = place.ctl(arguments, code=code, **env).stderr
        for text in expected:
            self.assertIn(text, error)
        self.assertIn("  next: ", error)
        return error


class TokensTest(AccessTestCase):

    @staticmethod
    def prepare(home):
        make_certificate(home, "server")
        make_certificate(home, "stranger")
        make_certificate(home, "elsewhere", host="elsewhere.example.net")
        (home / "tokens").write_text("".join(f"{role} {role}-1 {token}\n" for role, token in TOKENS.items()))
        (home / "tokens").chmod(0o600)
        for role, token in TOKENS.items():
            (home / f"{role}.token").write_text(token + "\n")
        (home / "wrong.token").write_text("wrong-token-0123456789\n")
        return {"monkafka.admin.tls.certificate.file": home / "server.pem",
                "monkafka.admin.tls.key.file": home / "server.key",
                "monkafka.admin.tokens.file": home / "tokens"}

    def test_each_role_may_do_what_it_may(self):
        place = self.place(self.prepare)

        def by(role):
            return ["--ca", "server.pem", "--token-file", f"{role}.token"]
        place.ctl(["topic", "list", *by("viewer")])
        self.fails(place, ["topic", "create", "orders", *by("viewer")], "cannot create topic orders",
                   "a token of a higher role")
        place.ctl(["topic", "create", "orders", *by("admin")])
        self.fails(place, ["record", "produce", "orders", "--value", "v", *by("viewer")], "higher role")
        place.ctl(["record", "produce", "orders", "--value", "v", *by("operator")])
        place.ctl(["record", "read", "orders", *by("operator")])
        place.ctl(["topic", "delete", "orders", "--yes", *by("admin")])

    def test_a_context_keeps_the_way_in(self):
        place = self.place(self.prepare)
        place.ctl(["context", "add", "here", "--endpoint", place.endpoint, "--ca", "server.pem",
                   "--token-file", "viewer.token"])
        done = place.ctl(["topic", "list", "-o", "json", "--context", "here"], MONKAFKACTL_ENDPOINT="")
        self.assertIn('"topics"', done.stdout)

    def test_what_is_wrong_with_the_way_in_is_said(self):
        place = self.place(self.prepare)
        list_topics = ["topic", "list", "--token-file", "admin.token"]
        self.fails(place, list_topics, f"{place.endpoint} wants TLS", "add --ca")
        self.fails(place, [*list_topics, "--ca", "stranger.pem"],
                   f"the certificate of {place.endpoint} is not signed by the authority in stranger.pem")
        self.fails(place, ["topic", "list", "--ca", "server.pem"], "--token-file")
        self.fails(place, ["topic", "list", "--ca", "server.pem", "--token-file", "wrong.token"],
                   "token", "--token-file")
        self.fails(place, [*list_topics, "--ca", "server.pem", "--server-name", "other.example.net"],
                   "for another name than other.example.net", "--server-name")
        self.check_files_of_no_use(place)
        doctor = place.ctl(["doctor"], code=1)
        self.assertIn("wants TLS", doctor.stdout)
        self.assertIn("add --ca", doctor.stderr)


    def check_files_of_no_use(self, place):
        ca = ["--ca", "server.pem"]
        for option, file, others in (("--ca", "nowhere.pem", []), ("--cert", "nowhere.pem", [*ca, "--key", "server.key"]),
                                     ("--key", "nowhere.key", [*ca, "--cert", "server.pem"]),
                                     ("--token-file", "nowhere", ca), ("--token-file", ".", ca)):
            error = self.fails(place, ["topic", "list", option, file, *others], f"{file}: cannot be read")
            self.assertIn(f"next: {option}, or the context, names the file with", error)
        self.fails(place, ["topic", "list", "--ca", "tokens"], "tokens: is no PEM file")
        self.fails(place, ["topic", "list", *ca, "--cert", "server.pem"], "go together", "--key", code=64)


class ClientCertificatesTest(AccessTestCase):

    @staticmethod
    def prepare(home):
        for name in ("server", "client", "stranger"):
            make_certificate(home, name)
        return {"monkafka.admin.tls.certificate.file": home / "server.pem",
                "monkafka.admin.tls.key.file": home / "server.key",
                "monkafka.admin.tls.client.ca.file": home / "client.pem"}

    def test_only_a_trusted_certificate_comes_in(self):
        place = self.place(self.prepare)
        place.ctl(["topic", "create", "orders", "--ca", "server.pem", "--cert", "client.pem", "--key", "client.key"])
        self.fails(place, ["topic", "list", "--ca", "server.pem"], "--cert and --key")
        self.fails(place, ["topic", "list", "--ca", "server.pem", "--cert", "stranger.pem", "--key", "stranger.key"],
                   "client certificate")


class EndpointsTest(AccessTestCase):

    def test_a_unix_socket(self):
        place = self.place()
        place.stop()
        admin = place.home / "admin.sock"
        place.listen = f"127.0.0.1:0,unix:{admin}"
        place.start()
        place.ctl(["topic", "create", "orders", "--endpoint", f"unix:{admin}"])
        self.assertEqual(place.ctl(["topic", "list", "-o", "name", "--endpoint", f"unix:{admin}"]).stdout, "orders\n")
        self.fails(place, ["topic", "list", "--endpoint", "unix:/nowhere/x"], "there is no socket /nowhere/x")
        place.stop()
        admin.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as left_behind:
            left_behind.bind(str(admin))
        self.fails(place, ["topic", "list", "--endpoint", f"unix:{admin}"], f"nobody answers at the socket {admin}")

    def test_an_endpoint_that_was_not_meant(self):
        place = self.place()
        for verb in (["topic", "list"], ["doctor"]):
            self.assertIn("is a port for Kafka clients, not the admin service",
                          self.fails(place, [*verb, "--endpoint", place.address]))
        self.fails(place, ["topic", "list", "--endpoint", "no-such-host.invalid:9095"],
                   "the host no-such-host.invalid is not known")
        make_certificate(place.home, "server")
        self.fails(place, ["topic", "list", "--ca", "server.pem"], f"{place.endpoint} does not speak TLS")
        self.fails(place, ["topic", "list", "--endpoint", "9095"], '"9095" is no endpoint', code=64)
        place.stop()
        self.fails(place, ["topic", "list"], f"nobody listens at {place.endpoint}", "start the broker with --admin-listen")

    def test_what_listens_but_is_something_else(self):
        place = self.place()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            endpoint = f"127.0.0.1:{silent.getsockname()[1]}"
            self.fails(place, ["topic", "list", "--endpoint", endpoint, "--timeout", "1s"], endpoint)


if __name__ == "__main__":
    main()
