#!/usr/bin/env python3
"""The admin service over real gRPC: every RPC against the real broker, and what the README shows.

A last test fails when there is an RPC that no other test has called.
"""
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import time
import unittest

import harness
from harness import ROOT, die_with_parent, fetched, main, monkafka_binary, run, scratch_directory, wait_until



def clients():
    """Where gRPC for Python and grpcurl are; ends here when they cannot be had."""
    if "MONKAFKA_GRPC_CLIENTS" in os.environ:
        return pathlib.Path(os.environ["MONKAFKA_GRPC_CLIENTS"])
    try:
        return pathlib.Path(fetched(ROOT / "tests" / "e2e" / "fetch-grpc-clients"))
    except unittest.SkipTest as reason:
        return harness.finish(failed=False, skips=[f"admin_test: {reason}"])


CLIENTS = clients()
PYTHON = CLIENTS / "python" / "bin" / "python"
try:
    import grpc
except ImportError:  # once more, with the Python that has it
    os.execve(PYTHON, [str(PYTHON), *sys.argv], dict(os.environ, MONKAFKA_GRPC_CLIENTS=str(CLIENTS)))

GENERATED = scratch_directory()
run(PYTHON, "-m", "grpc_tools.protoc", "-I", ROOT / "proto", f"--python_out={GENERATED}",
    f"--grpc_python_out={GENERATED}", *sorted((ROOT / "proto").rglob("*.proto")))
sys.path.insert(0, str(GENERATED))

from google.protobuf import duration_pb2, field_mask_pb2  # noqa: E402
from monkafka.admin.v1 import (cluster_pb2, common_pb2, configs_pb2, connections_pb2, groups_pb2,  # noqa: E402
                               offsets_pb2, records_pb2, resources_pb2, segments_pb2, topics_pb2)
from monkafka.admin.v1 import (cluster_pb2_grpc, configs_pb2_grpc, connections_pb2_grpc,  # noqa: E402
                               groups_pb2_grpc, offsets_pb2_grpc, records_pb2_grpc,
                               resources_pb2_grpc, segments_pb2_grpc, topics_pb2_grpc)
import importlib.util  # noqa: E402


def generated(name):
    """A generated module whose package would hide an installed one (grpc, google)."""
    path = GENERATED / (name.replace(".", "/") + ".py")
    spec = importlib.util.spec_from_file_location(name.replace(".", "_"), path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


status_pb2 = generated("google.rpc.status_pb2")
error_details_pb2 = generated("google.rpc.error_details_pb2")
health_pb2 = generated("grpc.health.v1.health_pb2")
reflection_pb2 = generated("grpc.reflection.v1.reflection_pb2")

PROTOS = [cluster_pb2, configs_pb2, connections_pb2, groups_pb2, offsets_pb2, records_pb2,
          resources_pb2, segments_pb2, topics_pb2]
ALL = {f"/{service.full_name}/{method.name}" for proto in PROTOS
       for service in proto.DESCRIPTOR.services_by_name.values() for method in service.methods}
called = set()
SECONDS = 20


class Noting(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Notes what was called, and lets nothing wait for ever."""

    def note(self, proceed, details, request):
        called.add(details.method)
        if details.timeout is None:
            details = details._replace(timeout=SECONDS)
        return proceed(details, request)

    intercept_unary_unary = intercept_unary_stream = note


class Admin:
    """A broker with its admin service, and a stub of every service."""

    def __init__(self, *flags, kafka_port=0, listen=None, **settings):
        """kafka_port: None when it is among the flags."""
        self.home = scratch_directory()
        self.flags, self.settings, self.listen = list(map(str, flags)), settings, listen
        if kafka_port is not None:
            self.flags += ["--port", str(kafka_port)]
        self.start()

    def start(self):
        ready, admin_ready = self.home / "ready", self.home / "admin-ready"
        ready.unlink(missing_ok=True)
        command = [monkafka_binary(), "--data-dir", self.home / "data", "--ready-file", ready,
                   "--admin-ready-file", admin_ready, *self.flags]
        if self.listen:
            command += ["--admin-listen", self.listen]
        for key, value in self.settings.items():
            command += ["--override", f"{key}={value}"]
        with open(self.home / "broker.log", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=die_with_parent)
        wait_until(lambda: self.process.poll() is not None or ready.exists(), 60, "the broker is ready")
        if self.process.poll() is not None:
            raise AssertionError(self.log_text())
        self.kafka = ready.read_text().strip()
        self.address = admin_ready.read_text().strip()
        if self.address and not self.settings:
            self.connect(grpc.insecure_channel(self.address.split(",")[0]))

    def connect(self, channel):
        self.raw_channel = channel
        self.channel = grpc.intercept_channel(channel, Noting())
        for module in (cluster_pb2_grpc, configs_pb2_grpc, connections_pb2_grpc, groups_pb2_grpc,
                       offsets_pb2_grpc, records_pb2_grpc, resources_pb2_grpc, segments_pb2_grpc,
                       topics_pb2_grpc):
            noun = module.__name__.split(".")[-1].removesuffix("_pb2_grpc")
            setattr(self, noun, getattr(module, noun.capitalize() + "ServiceStub")(self.channel))

    def log_text(self):
        return (self.home / "broker.log").read_text()

    def close(self):
        if hasattr(self, "raw_channel"):
            self.raw_channel.close()
        self.process.terminate()
        code = self.process.wait(30)
        if code != 0:
            raise AssertionError(f"the broker ended with {code}:\n{self.log_text()[-3000:]}")

    # What many tests need.

    def create(self, name, partitions=1, **configs):
        return self.topics.CreateTopic(topics_pb2.CreateTopicRequest(topic=topics_pb2.Topic(
            name=name, partition_count=partitions, configs=configs))).topic

    def produce(self, topic, *values, partition=0, **fields):
        return self.records.ProduceRecords(records_pb2.ProduceRecordsRequest(topic=topic, records=[
            records_pb2.NewRecord(value=value.encode(), partition=partition, **fields)
            for value in values])).records


def failure(error):
    """(code, ErrorInfo, all details by type name) of an RpcError."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            details = {}
            for each in status.details:
                name = each.type_url.split(".")[-1]
                details[name] = getattr(error_details_pb2, name).FromString(each.value)
            return error.code(), details.get("ErrorInfo"), details
    return error.code(), None, {}


class AdminCase(harness.TestCase):
    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.admin = Admin(*cls.flags)
        cls.addClassCleanup(cls.admin.close)

    def assert_fails(self, code, reason, call):
        with self.assertRaises(grpc.RpcError) as caught:
            result = call()
            if hasattr(result, "__next__"):
                list(result)
        got, info, details = failure(caught.exception)
        self.assertEqual(got, code, caught.exception)
        self.assertIsNotNone(info, "ErrorInfo")
        self.assertEqual(info.reason, reason)
        self.assertEqual(info.domain, "monkafka")
        return info, details


class Topics(AdminCase):
    def test_created_listed_changed_and_deleted(self):
        topics = self.admin.topics
        made = self.admin.create("orders", 2, **{"retention.ms": "1000000"})
        self.assertEqual((made.name, made.partition_count, made.replication_factor), ("orders", 2, 1))
        self.assertEqual(dict(made.configs), {"retention.ms": "1000000"})
        self.assertEqual([p.partition for p in made.partitions], [0, 1])
        self.admin.produce("orders", "a", "b")
        got = topics.GetTopic(topics_pb2.GetTopicRequest(name="orders", view=topics_pb2.TOPIC_VIEW_FULL)).topic
        self.assertEqual(got.record_count, 2)
        self.assertGreater(got.size_bytes, 0)
        self.assertEqual(got.partitions[0].log_end_offset, 2)
        self.assertEqual(got.partitions[0].segment_count, 1)

        grown = topics.AddPartitions(topics_pb2.AddPartitionsRequest(name="orders", partition_count=3)).topic
        self.assertEqual(grown.partition_count, 3)
        self.assert_fails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_PARTITIONS", lambda: topics.AddPartitions(
            topics_pb2.AddPartitionsRequest(name="orders", partition_count=3)))
        changed = topics.UpdateTopic(topics_pb2.UpdateTopicRequest(
            topic=topics_pb2.Topic(name="orders", configs={"retention.ms": "5"}),
            update_mask=field_mask_pb2.FieldMask(paths=["configs"]))).topic
        self.assertEqual(dict(changed.configs), {"retention.ms": "5"})

        listed = topics.ListTopics(topics_pb2.ListTopicsRequest(
            filter='name = "ord*" AND partition_count >= 3')).topics
        self.assertEqual([(t.name, dict(t.configs)) for t in listed], [("orders", {"retention.ms": "5"})])
        gone = topics.DeleteTopic(topics_pb2.DeleteTopicRequest(name="orders")).topic
        self.assertEqual(gone.name, "orders")
        self.assert_fails(grpc.StatusCode.NOT_FOUND, "UNKNOWN_TOPIC_OR_PARTITION",
                          lambda: topics.GetTopic(topics_pb2.GetTopicRequest(name="orders")))
        topics.DeleteTopic(topics_pb2.DeleteTopicRequest(name="orders", allow_missing=True))

    def test_what_is_only_validated_is_not_done(self):
        topics = self.admin.topics
        would = topics.CreateTopic(topics_pb2.CreateTopicRequest(
            topic=topics_pb2.Topic(name="maybe", partition_count=4), validate_only=True)).topic
        self.assertEqual(would.partition_count, 4)
        self.assert_fails(grpc.StatusCode.NOT_FOUND, "UNKNOWN_TOPIC_OR_PARTITION",
                          lambda: topics.GetTopic(topics_pb2.GetTopicRequest(name="maybe")))

    def test_a_request_id_makes_a_retry_safe(self):
        request = topics_pb2.CreateTopicRequest(topic=topics_pb2.Topic(name="once", partition_count=1),
                                                request_id="8f9c1d2e-1111-4222-8333-444455556666")
        first = self.admin.topics.CreateTopic(request).topic
        self.assertEqual(self.admin.topics.CreateTopic(request).topic.topic_id, first.topic_id)
        request.request_id = ""
        info, details = self.assert_fails(grpc.StatusCode.ALREADY_EXISTS, "TOPIC_ALREADY_EXISTS",
                                          lambda: self.admin.topics.CreateTopic(request))
        self.assertEqual(info.metadata["kafka_error_code"], "36")
        self.assertEqual(details["ResourceInfo"].resource_name, "once")

    def test_an_etag_of_yesterday_is_refused(self):
        etag = self.admin.create("tagged").etag
        self.admin.topics.AddPartitions(topics_pb2.AddPartitionsRequest(
            name="tagged", partition_count=2, etag=etag))
        for call in (
                lambda: self.admin.topics.AddPartitions(topics_pb2.AddPartitionsRequest(
                    name="tagged", partition_count=3, etag=etag)),
                lambda: self.admin.topics.DeleteTopic(topics_pb2.DeleteTopicRequest(
                    name="tagged", etag=etag))):
            self.assert_fails(grpc.StatusCode.ABORTED, "ETAG_MISMATCH", call)

    def test_pages_really_page(self):
        for i in range(7):
            self.admin.create(f"page-{i}")
        request = topics_pb2.ListTopicsRequest(page_size=3, filter='name = "page-*"')
        names, pages = [], 0
        while True:
            answer = self.admin.topics.ListTopics(request)
            self.assertLessEqual(len(answer.topics), 3)
            names += [t.name for t in answer.topics]
            pages += 1
            if not answer.next_page_token:
                break
            request.page_token = answer.next_page_token
        self.assertEqual(names, [f"page-{i}" for i in range(7)])
        self.assertGreaterEqual(pages, 3)

    def test_who_asked_is_in_the_audit_even_if_gone(self):
        with self.assertRaises(grpc.RpcError) as caught:
            self.admin.create("x" * (32 << 20))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        line = wait_until(lambda: re.search(".*outcome=MESSAGE_MISSING", self.admin.log_text()), 10, "an audit line")
        self.assertIn('peer="ipv4:127.0.0.1:', line[0])

    def test_the_audit_tells_what_configs_are_set_to(self):
        self.admin.create("told", **{"retention.ms": "60000"})
        self.admin.topics.UpdateTopic(topics_pb2.UpdateTopicRequest(
            topic=topics_pb2.Topic(name="told", configs={"segment.ms": "7000"}),
            update_mask=field_mask_pb2.FieldMask(paths=["configs.segment.ms", "configs.retention.ms"])))
        log = self.admin.log_text()
        self.assertIn('CreateTopic subject="topic told partitions=1 retention.ms=60000" outcome=OK', log)
        self.assertIn('UpdateTopic subject="topic told segment.ms=7000 -retention.ms" outcome=OK', log)

    def test_a_wrong_field_is_named(self):
        _, details = self.assert_fails(
            grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD",
            lambda: self.admin.topics.ListTopics(topics_pb2.ListTopicsRequest(filter="no_such_field = 1")))
        self.assertEqual(details["BadRequest"].field_violations[0].field, "filter")

    def test_thousands_are_made_and_deleted_in_one_call_each(self):
        names = [f"many.{i}" for i in range(5000)]
        self.admin.resources.ApplyResources(resources_pb2.ApplyResourcesRequest(
            documents=resources_pb2.ResourceDocuments(topics=[
                resources_pb2.TopicDocument(name=name, partitions=1) for name in names])), timeout=120)
        delete = topics_pb2.BatchDeleteTopicsRequest(names=[*names, "no-such-topic"])
        batch = self.admin.topics.BatchDeleteTopics
        self.assert_fails(grpc.StatusCode.NOT_FOUND, "UNKNOWN_TOPIC_OR_PARTITION", lambda: batch(delete))
        delete.allow_missing = True
        self.assertEqual([topic.name for topic in batch(delete, timeout=120).topics], names)
        left = self.admin.topics.ListTopics(topics_pb2.ListTopicsRequest(filter='name = "many.*"')).topics
        self.assertEqual(len(left), 0)

    def test_the_brokers_own_topics_are_protected(self):
        topics, name = self.admin.topics, "__consumer_offsets"

        def refused(call, request):
            self.assert_fails(grpc.StatusCode.FAILED_PRECONDITION, "INTERNAL_TOPIC", lambda: call(request))
        for wrong in (topics_pb2.Topic(name=name, partition_count=3),
                      topics_pb2.Topic(name=name, configs={"cleanup.policy": "delete"})):
            refused(topics.CreateTopic, topics_pb2.CreateTopicRequest(topic=wrong))
        made = self.admin.create(name, 0)
        self.assertEqual((made.partition_count, made.configs["cleanup.policy"]), (50, "compact"))
        refused(topics.AddPartitions, topics_pb2.AddPartitionsRequest(name=name, partition_count=51))
        refused(topics.UpdateTopic, topics_pb2.UpdateTopicRequest(
            topic=topics_pb2.Topic(name=name), update_mask=field_mask_pb2.FieldMask(paths=["configs"])))
        refused(self.admin.configs.AlterConfigs, configs_pb2.AlterConfigsRequest(
            resource=configs_pb2.ConfigResource(topic=name), changes=[configs_pb2.ConfigChange(
                name="cleanup.policy", operation=configs_pb2.ConfigChange.OPERATION_DELETE)]))
        refused(topics.TrimRecords, topics_pb2.TrimRecordsRequest(
            topic=name, targets=[topics_pb2.TrimTarget(partition=0, before_offset=-1)]))
        delete = topics_pb2.DeleteTopicRequest(name=name)
        refused(topics.DeleteTopic, delete)
        delete.allow_internal = True
        self.assertEqual(topics.DeleteTopic(delete).topic.name, name)
        refused(topics.DeleteTopic, topics_pb2.DeleteTopicRequest(name="__cluster_metadata", allow_internal=True))

    def test_records_are_trimmed(self):
        self.admin.create("trimmed")
        self.admin.produce("trimmed", "a", "b", "c")
        trim = topics_pb2.TrimRecordsRequest(topic="trimmed", targets=[
            topics_pb2.TrimTarget(partition=0, before_offset=2)], validate_only=True)
        self.assertEqual(self.admin.topics.TrimRecords(trim).results[0].removed_count, 2)
        trim.validate_only = False
        done = self.admin.topics.TrimRecords(trim).results[0]
        self.assertEqual((done.old_log_start_offset, done.new_log_start_offset), (0, 2))


class Configs(AdminCase):
    def test_listed_altered_and_explained(self):
        self.admin.create("configured")
        configs, topic = self.admin.configs, configs_pb2.ConfigResource(topic="configured")
        listed = configs.ListConfigs(configs_pb2.ListConfigsRequest(resource=topic, filter='name = "retention.*"'))
        self.assertIn("retention.ms", [c.name for c in listed.configs])
        altered = configs.AlterConfigs(configs_pb2.AlterConfigsRequest(resource=topic, changes=[
            configs_pb2.ConfigChange(name="retention.ms", operation=configs_pb2.ConfigChange.OPERATION_SET,
                                     value="77")]))
        self.assertEqual(altered.configs[0].value, "77")
        self.assertEqual(altered.configs[0].source, configs_pb2.CONFIG_SOURCE_TOPIC)
        self.assert_fails(grpc.StatusCode.ABORTED, "ETAG_MISMATCH",
                          lambda: configs.AlterConfigs(configs_pb2.AlterConfigsRequest(
                              resource=topic, etag=listed.etag, changes=[configs_pb2.ConfigChange(
                                  name="retention.ms",
                                  operation=configs_pb2.ConfigChange.OPERATION_DELETE)])))
        explained = configs.ExplainConfig(configs_pb2.ExplainConfigRequest(
            resource=topic, name="retention.ms", proposed_value="88"))
        self.assertEqual(explained.config.value, "77")
        self.assertEqual(explained.inherited_value, "604800000")
        self.assertEqual(explained.update_mode, configs_pb2.CONFIG_UPDATE_MODE_PER_TOPIC)
        self.assertTrue(explained.proposed.valid)
        self.assertEqual(explained.proposed.effective_value, "88")
        self.assertTrue(explained.config.documentation)
        self.assertFalse(configs.ExplainConfig(configs_pb2.ExplainConfigRequest(
            resource=topic, name="retention.ms", proposed_value="soon")).proposed.valid)
        self.assert_fails(grpc.StatusCode.NOT_FOUND, "UNKNOWN_CONFIG",
                          lambda: configs.ExplainConfig(configs_pb2.ExplainConfigRequest(
                              resource=topic, name="retention.m")))
        _, details = self.assert_fails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_CONFIG",
                                       lambda: self.admin.create("wrong", **{"retention.ms": "soon"}))
        self.assertEqual(details["BadRequest"].field_violations[0].field, "topic.configs")

    def test_an_unknown_key_is_refused_with_the_nearest_one(self):
        self.admin.create("keys")
        change = configs_pb2.ConfigChange
        topic, broker = configs_pb2.ConfigResource(topic="keys"), configs_pb2.ConfigResource(broker_id=1)
        for resource, key, nearest in ((topic, "retention.m", "retention.ms"),
                                       (broker, "num.network.thread", "num.network.threads")):
            for operation in (change.OPERATION_SET, change.OPERATION_DELETE):
                value = "1" if operation == change.OPERATION_SET else ""
                _, details = self.assert_fails(
                    grpc.StatusCode.INVALID_ARGUMENT, "INVALID_CONFIG",
                    lambda: self.admin.configs.AlterConfigs(configs_pb2.AlterConfigsRequest(
                        resource=resource, changes=[change(name=key, operation=operation, value=value)])))
                violation = details["BadRequest"].field_violations[0]
                self.assertEqual(violation.field, "changes[0].name")
                self.assertIn(f"did you mean {nearest}?", violation.description)
        _, details = self.assert_fails(
            grpc.StatusCode.INVALID_ARGUMENT, "INVALID_CONFIG",
            lambda: self.admin.topics.UpdateTopic(topics_pb2.UpdateTopicRequest(
                topic=topics_pb2.Topic(name="keys"),
                update_mask=field_mask_pb2.FieldMask(paths=["configs.retention.m"]))))
        self.assertEqual(details["BadRequest"].field_violations[0].field, "update_mask")

    def test_a_range_that_is_the_types_own_is_none(self):
        self.admin.create("ranges")
        explained = self.admin.configs.ExplainConfig(configs_pb2.ExplainConfigRequest(
            resource=configs_pb2.ConfigResource(topic="ranges"), name="retention.ms"))
        self.assertEqual(explained.min_value, -1)
        self.assertFalse(explained.HasField("max_value"))

    def test_a_broker_and_all_brokers(self):
        for resource in (configs_pb2.ConfigResource(broker_id=1),
                         configs_pb2.ConfigResource(cluster_default=True)):
            self.admin.configs.ListConfigs(configs_pb2.ListConfigsRequest(resource=resource))
        with self.assertRaises(grpc.RpcError) as caught:
            self.admin.configs.ListConfigs(configs_pb2.ListConfigsRequest(
                resource=configs_pb2.ConfigResource(broker_id=99)))
        self.assertIn("99", caught.exception.details())


class Offsets(AdminCase):
    def test_listed_and_found(self):
        self.admin.create("found")
        for i in range(5):
            self.admin.produce("found", str(i), timestamp_ms=1_700_000_000_000 + 1000 * i)
        listed = self.admin.offsets.ListOffsets(offsets_pb2.ListOffsetsRequest(topic="found")).offsets
        self.assertEqual((listed[0].log_start_offset, listed[0].log_end_offset), (0, 5))
        self.assertEqual(listed[0].durable_end_offset, 5)

        def find(**what):
            return self.admin.offsets.FindOffsets(offsets_pb2.FindOffsetsRequest(
                topic="found", **what)).offsets[0]
        self.assertEqual(find(timestamp_ms=1_700_000_002_500).offset, 3)
        self.assertEqual(find(timestamp_ms=1_800_000_000_000).offset, -1)
        earliest = find(spec=offsets_pb2.OFFSET_SPEC_EARLIEST)
        self.assertEqual((earliest.offset, earliest.timestamp_ms), (0, 1_700_000_000_000))
        self.assertEqual(find(spec=offsets_pb2.OFFSET_SPEC_LATEST).offset, 5)
        self.assertEqual(find(spec=offsets_pb2.OFFSET_SPEC_LAST_STABLE).offset, 5)
        self.assertEqual(find(spec=offsets_pb2.OFFSET_SPEC_MAX_TIMESTAMP).timestamp_ms, 1_700_000_004_000)

    def test_a_watch_tells_what_changed_and_ends_with_a_summary(self):
        self.admin.create("watched")
        stream = self.admin.offsets.WatchOffsets(offsets_pb2.WatchOffsetsRequest(
            topics=["watched"], interval=duration_pb2.Duration(nanos=100_000_000), max_updates=2))
        first = next(stream)
        self.assertEqual(first.update.offsets[0].log_end_offset, 0)
        self.admin.produce("watched", "x")
        self.assertEqual(next(stream).update.offsets[0].log_end_offset, 1)
        self.assertEqual(next(stream).summary.update_count, 2)


class Groups(AdminCase):
    def commit(self, group, offset=None, partition=0, **options):
        commit = groups_pb2.OffsetCommit(topic="read", partition=partition)
        if offset is not None:
            commit.offset = offset
        return self.admin.groups.CommitGroupOffsets(groups_pb2.CommitGroupOffsetsRequest(
            group_id=group, commits=[commit], **options)).moves

    def setUp(self):
        self.admin.topics.CreateTopic(topics_pb2.CreateTopicRequest(
            topic=topics_pb2.Topic(name="read", partition_count=1),
            request_id="11111111-1111-4222-8333-444455556666"))
        if not self.admin.offsets.ListOffsets(offsets_pb2.ListOffsetsRequest(topic="read")).offsets[0].log_end_offset:
            self.admin.produce("read", *"abcdefghij", timestamp_ms=1_700_000_000_000)

    def test_reset_with_a_preview_and_undone(self):
        groups = self.admin.groups
        self.commit("g", 4)
        reset = groups_pb2.ResetGroupOffsetsRequest(
            group_id="g", target=groups_pb2.OffsetTarget(earliest=True), validate_only=True)
        preview = groups.ResetGroupOffsets(reset).moves[0]
        self.assertEqual((preview.from_offset, preview.to_offset, preview.replayed_records), (4, 0, 4))
        lag = groups.GetGroupLag(groups_pb2.GetGroupLagRequest(group_id="g")).lag
        self.assertEqual(lag.total_lag_records, 6, "a preview changes nothing")
        self.assertGreater(lag.max_lag_seconds, 1000, "the records are of 2023")

        reset.validate_only = False
        done = groups.ResetGroupOffsets(reset).moves[0]
        self.assertEqual(groups.GetGroupLag(groups_pb2.GetGroupLagRequest(group_id="g")).lag.total_lag_records, 10)
        self.commit("g", done.from_offset)
        self.assertEqual(groups.GetGroupLag(groups_pb2.GetGroupLagRequest(group_id="g")).lag.total_lag_records, 6)
        reset.target.CopyFrom(groups_pb2.OffsetTarget(latest=True))
        self.assertEqual(groups.ResetGroupOffsets(reset).moves[0].skipped_records, 6)
        lag = groups.GetGroupLag(groups_pb2.GetGroupLagRequest(group_id="g")).lag
        self.assertEqual((lag.total_lag_records, lag.max_lag_seconds), (0, 0))

    def test_where_a_committed_offset_is_in_its_log(self):
        def lag():
            return self.admin.groups.GetGroupLag(groups_pb2.GetGroupLagRequest(group_id="placed")).lag
        self.commit("placed", 10)
        self.assertEqual(lag().partitions[0].commit_position, groups_pb2.COMMIT_POSITION_IN_LOG)
        self.commit("placed", 12)
        beyond = lag()
        self.assertEqual(beyond.partitions[0].commit_position, groups_pb2.COMMIT_POSITION_BEYOND_END)
        self.assertFalse(beyond.partitions[0].HasField("lag_records"))
        self.assertFalse(beyond.partitions[0].HasField("lag_seconds"))
        self.assertEqual(beyond.unknown_partition_count, 1)
        self.assertNotEqual(beyond.partitions[0].error, "")

    def test_a_refusal_names_what_is_missing_or_too_long(self):
        def refused(topic, partition, metadata=""):
            _, details = self.assert_fails(
                grpc.StatusCode.INVALID_ARGUMENT if metadata else grpc.StatusCode.NOT_FOUND,
                "OFFSET_METADATA_TOO_LARGE" if metadata else "UNKNOWN_TOPIC_OR_PARTITION",
                lambda: self.admin.groups.CommitGroupOffsets(groups_pb2.CommitGroupOffsetsRequest(
                    group_id="g1", commits=[groups_pb2.OffsetCommit(
                        topic=topic, partition=partition, offset=1, metadata=metadata)])))
            return details
        missing = refused("nowhere", 0)["ResourceInfo"]
        self.assertEqual((missing.resource_type, missing.resource_name), ("topic", "nowhere"))
        missing = refused("read", 7)["ResourceInfo"]
        self.assertEqual((missing.resource_type, missing.resource_name), ("partition", "read-7"))
        violation = refused("read", 0, "m" * 5000)["BadRequest"].field_violations[0]
        self.assertEqual(violation.field, "commits.metadata")
        self.assertIn("the metadata of read-0 has 5000 bytes", violation.description)

    def test_what_is_not_there_is_told_in_a_sentence(self):
        for call, sentence in (
                (lambda: self.admin.groups.GetGroup(groups_pb2.GetGroupRequest(group_id="zzz")),
                 "group zzz does not exist"),
                (lambda: self.admin.groups.GetGroupLag(groups_pb2.GetGroupLagRequest(group_id="zzz")),
                 "group zzz does not exist"),
                (lambda: self.admin.produce("zzz", "a"), "there is no topic zzz")):
            with self.assertRaises(grpc.RpcError) as caught:
                call()
            self.assertEqual(caught.exception.code(), grpc.StatusCode.NOT_FOUND)
            self.assertEqual(caught.exception.details(), sentence)

    def test_listed_shown_and_deleted(self):
        self.commit("short-lived", 1)
        listed = self.admin.groups.ListGroups(groups_pb2.ListGroupsRequest(filter='group_id = "short*"')).groups
        self.assertEqual([g.group_id for g in listed], ["short-lived"])
        got = self.admin.groups.GetGroup(groups_pb2.GetGroupRequest(group_id="short-lived")).group
        self.assertEqual(got.state, groups_pb2.GROUP_STATE_EMPTY)
        self.admin.groups.DeleteGroup(groups_pb2.DeleteGroupRequest(group_id="short-lived"))
        self.assert_fails(grpc.StatusCode.NOT_FOUND, "GROUP_ID_NOT_FOUND", lambda: self.admin.groups.GetGroup(
            groups_pb2.GetGroupRequest(group_id="short-lived")))

    def test_lag_is_watched(self):
        self.commit("w", 10)
        stream = self.admin.groups.WatchGroupLag(groups_pb2.WatchGroupLagRequest(
            group_ids=["w"], interval=duration_pb2.Duration(nanos=100_000_000), max_updates=2))
        self.assertEqual(next(stream).update.groups[0].total_lag_records, 0)
        self.commit("w", 7)
        self.assertEqual(next(stream).update.groups[0].total_lag_records, 3)
        self.assertEqual(next(stream).summary.update_count, 2)

    def test_a_group_with_members_shows_them_and_is_not_reset(self):
        kcat = harness.debian_program("kcat")
        member = subprocess.Popen([kcat, "-b", self.admin.kafka, "-G", "alive", "read"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  preexec_fn=die_with_parent)
        self.addCleanup(member.wait)
        self.addCleanup(member.terminate)

        def assigned():
            try:
                group = self.admin.groups.GetGroup(groups_pb2.GetGroupRequest(group_id="alive")).group
            except grpc.RpcError:
                return None
            return group if group.members and group.members[0].assignment else None
        group = wait_until(assigned, 60, "the member has partitions")
        self.assertEqual(group.state, groups_pb2.GROUP_STATE_STABLE)
        self.assertEqual(group.members[0].assignment[0].topic, "read")
        self.assertEqual(group.leader_member_id, group.members[0].member_id)
        reset = groups_pb2.ResetGroupOffsetsRequest(
            group_id="alive", scope=[groups_pb2.TopicScope(topic="read")],
            target=groups_pb2.OffsetTarget(earliest=True))
        self.assert_fails(grpc.StatusCode.FAILED_PRECONDITION, "NON_EMPTY_GROUP",
                          lambda: self.admin.groups.ResetGroupOffsets(reset))


class Records(AdminCase):
    def test_nothing_is_appended_whose_time_is_over(self):
        self.admin.create("late")
        request = records_pb2.ProduceRecordsRequest(topic="late", records=[records_pb2.NewRecord(value=b"x")])
        for _ in range(20):
            with self.assertRaises(grpc.RpcError) as caught:
                self.admin.records.ProduceRecords(request, timeout=0)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assertEqual(self.admin.records.ProduceRecords(request).records[0].offset, 0)

    def test_produced_read_and_searched(self):
        self.admin.create("log", 2)
        self.admin.produce("log", *(f"v{i}" for i in range(100)))
        self.admin.produce("log", "other", partition=1)
        read = list(self.admin.records.ReadRecords(records_pb2.ReadRecordsRequest(
            topic="log", partitions=[0], start=records_pb2.ReadStart(offset=98))))
        self.assertEqual([at.record.value for at in read[0].records], [b"v98", b"v99"])
        self.assertTrue(read[-1].HasField("summary"))
        found = list(self.admin.records.SearchRecords(records_pb2.SearchRecordsRequest(
            topic="log", predicates=[records_pb2.Predicate(
                field=records_pb2.Predicate.FIELD_VALUE, match=records_pb2.Predicate.MATCH_REGEX,
                operand=b"^v7.$")])))
        self.assertEqual(sorted(at.record.value for e in found for at in e.records),
                         [f"v7{i}".encode() for i in range(10)])
        self.assertEqual(found[-1].summary.matched_records, 10)

    def test_an_end_within_a_batch_is_kept_to(self):
        self.admin.create("batched")
        self.admin.produce("batched", *(f"v{i}" for i in range(1000)))  # one batch

        def read(start, end):
            events = list(self.admin.records.ReadRecords(records_pb2.ReadRecordsRequest(
                topic="batched", start=records_pb2.ReadStart(offset=start), end_offset=end)))
            return [at.record.offset for e in events for at in e.records], events[-1].summary
        for start, end in (0, 500), (300, 301), (999, 1000), (0, 1), (400, 400):
            offsets, summary = read(start, end)
            self.assertEqual(offsets, list(range(start, end)))
            self.assertEqual(summary.end, records_pb2.SCAN_END_COMPLETE)
            self.assertEqual([at.offset for at in summary.next_offsets], [end])
        found = list(self.admin.records.SearchRecords(records_pb2.SearchRecordsRequest(
            topic="batched", end_offset=500, predicates=[records_pb2.Predicate(
                field=records_pb2.Predicate.FIELD_VALUE, match=records_pb2.Predicate.MATCH_REGEX,
                operand=b"^v49.$|^v50.$")])))
        self.assertEqual([at.record.offset for e in found for at in e.records], list(range(490, 500)))
        self.assertEqual(found[-1].summary.scanned_records, 500)

    def test_a_tail_follows(self):
        self.admin.create("tailed")
        stream = self.admin.records.TailRecords(records_pb2.TailRecordsRequest(
            topic="tailed", start=records_pb2.ReadStart(latest=True), max_records=2))
        caught_up = next(stream)
        self.assertTrue(caught_up.HasField("caught_up"), caught_up)
        self.admin.produce("tailed", "one", "two")
        events = list(stream)
        self.assertEqual([at.record.value for e in events for at in e.records], [b"one", b"two"])
        self.assertTrue(events[-1].HasField("summary"))

    def test_a_cancelled_stream_ends(self):
        self.admin.create("idle")
        stream = self.admin.records.TailRecords(records_pb2.TailRecordsRequest(
            topic="idle", start=records_pb2.ReadStart(latest=True)))
        next(stream)
        stream.cancel()
        with self.assertRaises(grpc.RpcError):
            list(stream)


class Segments(AdminCase):
    def test_listed_read_and_verified(self):
        self.admin.create("kept")
        self.admin.produce("kept", "a", "b")
        segments = self.admin.segments
        listed = segments.ListSegments(segments_pb2.ListSegmentsRequest(
            topic="kept", view=segments_pb2.SEGMENT_VIEW_FULL)).segments
        self.assertEqual((listed[0].base_offset, listed[0].record_count, listed[0].active), (0, 2, True))
        got = segments.GetSegment(segments_pb2.GetSegmentRequest(topic="kept", base_offset=0)).segment
        self.assertEqual(got.next_offset, 2)
        batches = list(segments.ReadBatches(segments_pb2.ReadBatchesRequest(topic="kept", include_records=True)))
        self.assertTrue(batches[0].batch.crc_valid)
        self.assertEqual([r.value for r in batches[0].batch.records], [b"a", b"b"])
        self.assertEqual(batches[-1].summary.record_count, 2)
        verified = list(segments.VerifySegments(segments_pb2.VerifySegmentsRequest(topic="kept")))
        self.assertTrue(verified[-1].HasField("summary"))
        self.assertFalse([v for v in verified if v.HasField("anomaly")])
        rest = list(segments.VerifySegments(segments_pb2.VerifySegmentsRequest(
            topic="kept", start_file="kept-7/00000000000000000000.log")))
        self.assertEqual(rest[-1].summary.partition_count, 0)
        self.assert_fails(grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD", lambda: list(
            segments.VerifySegments(segments_pb2.VerifySegmentsRequest(start_file="kept"))))


class Connections(AdminCase):
    def test_listed_and_closed(self):
        self.admin.create("connected")
        member = subprocess.Popen(
            [harness.debian_program("kcat"), "-b", self.admin.kafka, "-X", "client.id=a-client", "-C", "-t",
             "connected"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self.addCleanup(member.wait)
        self.addCleanup(member.terminate)

        def listed():
            return self.admin.connections.ListConnections(connections_pb2.ListConnectionsRequest(
                filter='client_id = "a-client"')).connections
        connection = wait_until(listed, 30, "the client is listed")[0]
        self.assertTrue(connection.software_name)
        self.assertGreater(connection.request_count, 0)
        self.admin.connections.CloseConnection(connections_pb2.CloseConnectionRequest(
            connection_id=connection.connection_id))
        wait_until(lambda: connection.connection_id not in [c.connection_id for c in listed()], 30, "it is closed")


class Resources(AdminCase):
    def test_planned_applied_and_exported(self):
        resources = self.admin.resources
        documents = resources_pb2.ResourceDocuments(topics=[
            resources_pb2.TopicDocument(name="declared", partitions=2, configs={"retention.ms": "9"})])
        plan = resources.PlanResources(resources_pb2.PlanResourcesRequest(documents=documents)).plan
        self.assertEqual(plan.actions[0].kind, resources_pb2.PlanAction.KIND_CREATE)
        resources.ApplyResources(resources_pb2.ApplyResourcesRequest(documents=documents, etag=plan.etag))
        plan = resources.PlanResources(resources_pb2.PlanResourcesRequest(documents=documents)).plan
        self.assertEqual((len(plan.actions), plan.in_sync_count), (0, 1))
        exported = resources.ExportResources(resources_pb2.ExportResourcesRequest(topics=["declared"])).documents
        self.assertEqual(exported.topics[0].partitions, 2)
        documents.topics[0].partitions = 1
        self.assert_fails(grpc.StatusCode.FAILED_PRECONDITION, "PLAN_IMPOSSIBLE", lambda: resources.ApplyResources(
            resources_pb2.ApplyResourcesRequest(documents=documents)))


    def test_applying_tells_how_far_it_is(self):
        request = resources_pb2.ApplyResourcesWithProgressRequest(
            documents=resources_pb2.ResourceDocuments(topics=[
                resources_pb2.TopicDocument(name=f"watched-{i}", partitions=10) for i in range(50)]), request_id="once")
        events = list(self.admin.resources.ApplyResourcesWithProgress(request, timeout=120))
        self.assertEqual(len(events[-1].summary.plan.actions), 50)
        seen = [event.progress.done_partition_count for event in events[:-1]]
        self.assertEqual(seen, sorted(seen))
        self.assertEqual({event.progress.total_partition_count for event in events[:-1]} - {500}, set())
        again = list(self.admin.resources.ApplyResourcesWithProgress(request))
        self.assertEqual([len(event.summary.plan.actions) for event in again], [50])

    def test_what_is_impossible_a_thousand_times_is_told_in_short(self):
        documents = resources_pb2.ResourceDocuments(topics=[
            resources_pb2.TopicDocument(name=f"much-{i}", partitions=11_000) for i in range(1000)])
        with self.assertRaises(grpc.RpcError) as caught:
            self.admin.resources.ApplyResources(resources_pb2.ApplyResourcesRequest(documents=documents))
        self.assertEqual(caught.exception.code(), grpc.StatusCode.FAILED_PRECONDITION)
        self.assertIn("and 995 more", caught.exception.details())


class Cluster(AdminCase):
    def test_what_there_is(self):
        cluster = self.admin.cluster
        info = cluster.GetCluster(cluster_pb2.GetClusterRequest()).cluster
        self.assertEqual(info.metadata_version, "3.9-IV0")
        self.assertEqual((info.node_id, info.controller_id), (1, 1))
        self.assertEqual(info.durability, cluster_pb2.DURABILITY_SYNCED)
        listener = cluster.ListBrokers(cluster_pb2.ListBrokersRequest()).brokers[0].listeners[0]
        self.assertEqual(f"{listener.advertised_host}:{listener.advertised_port}", self.admin.kafka)
        self.assertEqual(listener.bind_port, listener.advertised_port)
        apis = cluster.ListApis(cluster_pb2.ListApisRequest(page_size=1000)).apis
        self.assertIn(("Produce", 0), [(a.name, a.key) for a in apis])
        self.assertTrue(cluster.ListFeatures(cluster_pb2.ListFeaturesRequest()).features)
        checks = cluster.CheckHealth(cluster_pb2.CheckHealthRequest()).checks
        self.assertLessEqual({"disk", "partitions", "coordinator"}, {c.name for c in checks})

    def test_health_for_load_balancers(self):
        check = self.admin.raw_channel.unary_unary(
            "/grpc.health.v1.Health/Check", request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString)
        self.assertEqual(check(health_pb2.HealthCheckRequest(), timeout=SECONDS).status,
                         health_pb2.HealthCheckResponse.SERVING)
        watch = self.admin.raw_channel.unary_stream(
            "/grpc.health.v1.Health/Watch", request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString)
        stream = watch(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        self.assertEqual(next(stream).status, health_pb2.HealthCheckResponse.SERVING)
        stream.cancel()

    def test_every_change_leaves_a_line_in_the_log(self):
        self.admin.create("audited")
        wait_until(lambda: re.search(r"CreateTopic.*audited|audited.*CreateTopic", self.admin.log_text()), 10,
                   "the line is there")


class Listening(harness.TestCase):
    def refused(self, *flags):
        home = scratch_directory()
        done = run(monkafka_binary(), "--port", "0", "--data-dir", home / "data", *flags, code=1, seconds=20)
        self.assertFalse((home / "data").exists(), "nothing was touched")
        self.assertEqual(len(done.err.strip().splitlines()), 1, done.err)
        return done.err

    def test_a_port_that_is_taken_is_one_clear_sentence(self):
        admin = Admin()
        self.addCleanup(admin.close)
        self.assertIn(f"cannot listen on {admin.address}: another process listens there",
                      self.refused("--admin-listen", admin.address))

    def test_the_default_port_that_is_taken_leaves_a_broker_without_admin_service(self):
        with socket.socket() as taken, socket.socket() as free:
            try:
                taken.bind(("127.0.0.1", 9095))
                taken.listen()
            except OSError:
                pass  # somebody else's: as good
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
            free.close()
            admin = Admin("--port", port, kafka_port=None)
            self.addCleanup(admin.close)
        self.assertEqual(admin.address, "")
        self.assertEqual(admin.kafka, f"127.0.0.1:{port}")
        self.assert_line(r".*warning the admin service cannot listen on 127.0.0.1:9095: another process listens "
                         r"there .*; this broker goes on without an admin service", admin.log_text())

    def test_other_machines_are_let_in_only_with_tls_and_authentication(self):
        self.assertIn("--insecure", self.refused("--admin-listen", "0.0.0.0:0"))
        admin = Admin("--insecure", listen="0.0.0.0:0")
        admin.close()

    def test_files_that_cannot_be_used_are_found_before_anything_is_touched(self):
        tokens = scratch_directory() / "tokens"
        tokens.write_text("admin ann short\n")
        tokens.chmod(0o600)
        self.assertIn(f"{tokens}, line 1: a token has at least 16 characters",
                      self.refused("--override", f"monkafka.admin.tokens.file={tokens}"))
        self.assertIn(f"the certificate {tokens} cannot be used: there is no PEM certificate in it",
                      self.refused("--override", f"monkafka.admin.tls.certificate.file={tokens}",
                                   "--override", f"monkafka.admin.tls.key.file={tokens}"))
        self.assertIn("both a certificate and its key",
                      self.refused("--override", f"monkafka.admin.tls.key.file={tokens}"))

    def test_a_unix_socket(self):
        path = scratch_directory() / "s"
        admin = Admin(listen=f"unix:{path}")
        self.assertEqual(admin.cluster.GetCluster(cluster_pb2.GetClusterRequest()).cluster.node_id, 1)
        admin.close()
        self.assertFalse(path.exists())

    def test_off(self):
        admin = Admin(listen="off")
        self.assertEqual(admin.address, "")
        admin.close()

    def make_certificate(self, home):
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", home / "key.pem", "-out",
            home / "cert.pem")

    def test_a_certificate_is_renewed_while_clients_are_connected(self):
        home, renewed = scratch_directory(), scratch_directory()
        self.make_certificate(home)
        self.make_certificate(renewed)
        admin = Admin(**{"monkafka.admin.tls.certificate.file": home / "cert.pem",
                         "monkafka.admin.tls.key.file": home / "key.pem"})
        self.addCleanup(admin.close)
        port = int(admin.address.rsplit(":", 1)[1])
        admin.connect(grpc.secure_channel(
            f"localhost:{port}", grpc.ssl_channel_credentials((home / "cert.pem").read_bytes())))
        admin.create("before")

        def certificate_is(text):
            return ssl.get_server_certificate(("127.0.0.1", port)).split() == text.split()
        old, new = [(place / "cert.pem").read_text() for place in (home, renewed)]
        # A copy that is half done, and files that are replaced one after the other: until there is a
        # good pair again the last one stays.
        (home / "cert.pem").write_text(new[:len(new) // 2])
        complaint = f"the certificate {home / 'cert.pem'} cannot be used: "
        wait_until(lambda: certificate_is(old) and complaint in admin.log_text(), 30, "the old one stays in use")
        (home / "cert.pem").write_text(new)
        complaint = f"the key {home / 'key.pem'} cannot be used: it does not belong to the certificate"
        wait_until(lambda: certificate_is(old) and complaint in admin.log_text(), 30, "the old one stays in use")
        (renewed / "key.pem").rename(home / "key.pem")
        wait_until(lambda: certificate_is(new), 30, "new connections get the new certificate")
        self.assertEqual(admin.log_text().count(" cannot be used: "), 2)
        admin.create("afterwards")

    def test_tls_and_tokens_with_roles(self):
        home = scratch_directory()
        self.make_certificate(home)
        tokens = home / "tokens"
        tokens.write_text("admin ann 0123456789abcdef0123\nviewer val fedcba9876543210fedc\n")
        tokens.chmod(0o600)
        admin = Admin(**{"monkafka.admin.tls.certificate.file": home / "cert.pem",
                         "monkafka.admin.tls.key.file": home / "key.pem",
                         "monkafka.admin.tokens.file": tokens})
        self.addCleanup(admin.close)
        tls = grpc.ssl_channel_credentials((home / "cert.pem").read_bytes())
        port = admin.address.rsplit(":", 1)[1]

        def connect(token):
            credentials = tls if token is None else grpc.composite_channel_credentials(
                tls, grpc.access_token_call_credentials(token))
            admin.connect(grpc.secure_channel(f"localhost:{port}", credentials))
        for token, code in ((None, grpc.StatusCode.UNAUTHENTICATED),
                            ("0000000000000000000000", grpc.StatusCode.UNAUTHENTICATED),
                            ("fedcba9876543210fedc", grpc.StatusCode.PERMISSION_DENIED)):
            connect(token)
            with self.assertRaises(grpc.RpcError) as caught:
                admin.create("secret")
            self.assertEqual(caught.exception.code(), code)
        audit = [line.partition(" audit ")[2] for line in admin.log_text().splitlines() if " audit " in line]
        self.assertEqual([re.sub(r'peer="[^"]*"', "peer", line) for line in audit], [
            # Of strangers nothing is read.
            'principal="" role=none peer method=TopicsService/CreateTopic subject="" outcome=CREDENTIALS_MISSING',
            'principal="" role=none peer method=TopicsService/CreateTopic subject="" outcome=CREDENTIALS_INVALID',
            'principal="val" role=viewer peer method=TopicsService/CreateTopic '
            'subject="topic secret partitions=1" outcome=ROLE_INSUFFICIENT'])
        self.assertEqual(len(admin.topics.ListTopics(topics_pb2.ListTopicsRequest()).topics), 0)
        connect("0123456789abcdef0123")
        admin.create("secret")


    def test_health_needs_no_token_and_reflection_does(self):
        home = scratch_directory()
        self.make_certificate(home)
        tokens = home / "tokens"
        tokens.write_text("viewer val fedcba9876543210fedc\n")
        tokens.chmod(0o600)
        admin = Admin(**{"monkafka.admin.tls.certificate.file": home / "cert.pem",
                         "monkafka.admin.tls.key.file": home / "key.pem",
                         "monkafka.admin.tokens.file": tokens})
        self.addCleanup(admin.close)
        address = "localhost:" + admin.address.rsplit(":", 1)[1]
        grpcurl = CLIENTS / "bin" / "grpcurl"
        if not grpcurl.exists():
            harness.skip("grpcurl is not installed (it needs Go)")

        def ask(*arguments):
            return subprocess.run([grpcurl, "-cacert", home / "cert.pem", *arguments], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS).stdout
        self.assertIn("Unauthenticated", ask(address, "list"))
        token = ["-H", "authorization: Bearer fedcba9876543210fedc"]
        self.assertIn("monkafka.admin.v1.TopicsService", ask(*token, address, "list"))
        self.assertIn("SERVING", ask("-import-path", ROOT / "proto", "-proto", "grpc/health/v1/health.proto",
                                     address, "grpc.health.v1.Health/Check"))

    def test_a_failed_handshake_is_told_with_its_client(self):
        home = scratch_directory()
        self.make_certificate(home)
        admin = Admin(**{"monkafka.admin.tls.certificate.file": home / "cert.pem",
                         "monkafka.admin.tls.key.file": home / "key.pem"})
        self.addCleanup(admin.close)
        port = int(admin.address.rsplit(":", 1)[1])
        # One that is connected and well is not taken for it.
        admin.connect(grpc.secure_channel(
            f"localhost:{port}", grpc.ssl_channel_credentials((home / "cert.pem").read_bytes())))
        admin.create("before")

        def line(text):
            return wait_until(lambda: re.search(f".* warning admin service: {text}", admin.log_text()), 10, text)
        with socket.create_connection(("127.0.0.1", port)) as plain:
            name = "%s:%d" % plain.getsockname()
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            line(f"the TLS handshake with {name} failed: http request; the client does not speak TLS\n")
        with socket.create_connection(("127.0.0.1", port)) as mistrustful:
            name = "%s:%d" % mistrustful.getsockname()
            with self.assertRaises(ssl.SSLError):
                ssl.create_default_context().wrap_socket(mistrustful, server_hostname="localhost")
            line(f"the TLS handshake with {name} failed: .*; the client does not trust this service's certificate\n")
        self.assertNotIn("ssl_transport_security", admin.log_text())


class Stuck(AdminCase):
    """Clients that ask and do not read."""

    TAILS, REQUESTS, MOST_MIB = 100, 150, 150

    def resident(self):
        status = pathlib.Path(f"/proc/{self.admin.process.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s*(\d+) kB", status, re.M)[1]) // 1024

    def next_records(self, tail):
        return next(message.records for message in tail if message.records)

    @unittest.skipIf(os.environ.get("MONKAFKA_SANITIZED"), "memory is the sanitizer's")
    def test_a_hundred_tails_that_nobody_reads_cost_what_their_buffers_hold(self):
        self.admin.create("flood")
        self.admin.records.ProduceRecords(records_pb2.ProduceRecordsRequest(
            topic="flood", records=[records_pb2.NewRecord(value=b"first", partition=0)]))
        tails = []
        for _ in range(self.TAILS):
            # A connection of its own, as that of a script of its own would be.
            channel = grpc.insecure_channel(self.admin.address, options=[("grpc.use_local_subchannel_pool", 1)])
            self.addCleanup(channel.close)
            tails.append(records_pb2_grpc.RecordsServiceStub(channel).TailRecords(records_pb2.TailRecordsRequest(
                topic="flood", start=records_pb2.ReadStart(earliest=True))))
            # Until it has caught up it is one of the few long reads that may be under way.
            self.assertEqual(self.next_records(tails[-1])[0].record.offset, 0)
        record = records_pb2.NewRecord(value=os.urandom(1 << 16), partition=0)
        request = records_pb2.ProduceRecordsRequest(topic="flood", records=[record] * 15)
        most = 0
        began = time.monotonic()
        for _ in range(self.REQUESTS):
            self.assertEqual({record.error for record in self.admin.records.ProduceRecords(request).records}, {""})
            most = max(most, self.resident())
        self.assertLess(most, self.MOST_MIB)
        if time.monotonic() - began > 45:
            return  # on a slow disk they may have been sent away, as who takes nothing for a minute is
        self.assertFalse([tail for tail in tails if tail.done()], "none was sent away within a minute")
        self.assertEqual(self.next_records(tails[0])[0].record.offset, 1)
        for tail in tails:
            tail.cancel()


class Lists(AdminCase):
    """What every List method does alike: pages, filter, order, and tokens that are of one question."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.admin
        for i in range(6):
            admin.create(f"page-{2 * i:02}")
        admin.create("segments", **{"segment.bytes": "200"})
        cls.sockets = []
        for i in range(6):
            cls.add_group(2 * i)
            cls.add_segment()
            cls.add_connection()

    @classmethod
    def add_group(cls, number):
        cls.admin.groups.CommitGroupOffsets(groups_pb2.CommitGroupOffsetsRequest(
            group_id=f"group-{number:02}", commits=[groups_pb2.OffsetCommit(
                topic="page-00", partition=0, offset=0)]))

    @classmethod
    def add_segment(cls):
        cls.admin.produce("segments", "x" * 80)

    @classmethod
    def add_connection(cls):
        host, port = cls.admin.kafka.rsplit(":", 1)
        before = len(cls.admin.connections.ListConnections(connections_pb2.ListConnectionsRequest()).connections)
        cls.sockets.append(socket.create_connection((host, int(port))))
        cls.addClassCleanup(cls.sockets[-1].close)
        wait_until(lambda: len(cls.admin.connections.ListConnections(
            connections_pb2.ListConnectionsRequest()).connections) > before, 10, "the connection is listed")

    def methods(self):
        """(call, request, items of a response, key of an item, its field)"""
        cluster, topic = self.admin.cluster, configs_pb2.ConfigResource(topic="page-00")
        return {
            "topics": (self.admin.topics.ListTopics, topics_pb2.ListTopicsRequest(filter='name = "page-*"'), "name"),
            "offsets": (self.admin.offsets.ListOffsets, offsets_pb2.ListOffsetsRequest(
                filter='topic = "page-*"'), "topic"),
            "groups": (self.admin.groups.ListGroups, groups_pb2.ListGroupsRequest(), "group_id"),
            "segments": (self.admin.segments.ListSegments, segments_pb2.ListSegmentsRequest(
                topic="segments"), "base_offset"),
            "connections": (self.admin.connections.ListConnections, connections_pb2.ListConnectionsRequest(
                filter='client_id = ""'), "connection_id"),
            "configs": (self.admin.configs.ListConfigs, configs_pb2.ListConfigsRequest(resource=topic), "name"),
            "brokers": (cluster.ListBrokers, cluster_pb2.ListBrokersRequest(), "node_id"),
            "features": (cluster.ListFeatures, cluster_pb2.ListFeaturesRequest(), "name"),
            "apis": (cluster.ListApis, cluster_pb2.ListApisRequest(), "key"),
        }

    def pages(self, noun, size, token="", **fields):
        call, request, key = self.methods()[noun]
        request.page_size, request.page_token = size, token
        for name, value in fields.items():
            setattr(request, name, value)
        while True:
            answer = call(request)
            page = [getattr(item, key) for item in getattr(answer, noun)]
            self.assertLessEqual(len(page), size, noun)
            yield page, answer.next_page_token
            request.page_token = answer.next_page_token
            if not request.page_token:
                return

    def keys(self, noun, size, **fields):
        return [key for page, _ in self.pages(noun, size, **fields) for key in page]

    def test_pages_are_the_whole_in_its_order_or_in_another(self):
        self.assertEqual(set(self.methods()), {
            method.split("/List")[1].lower() for method in ALL if "/List" in method})
        for noun, (_, request, key) in self.methods().items():
            with self.subTest(noun):
                whole = self.keys(noun, 1000)
                self.assertEqual(whole, sorted(whole))
                self.assertEqual(self.keys(noun, 2), whole)
                self.assertEqual(self.keys(noun, len(whole) or 1), whole)
                if hasattr(request, "order_by"):
                    self.assertEqual(self.keys(noun, 3, order_by=f"{key} desc"), whole[::-1])

    def test_a_wrong_field_is_named(self):
        for noun, (call, request, _) in self.methods().items():
            for field, value in (("filter", "nonsense = 1"), ("order_by", "nonsense"), ("page_size", -1),
                                 ("page_token", "nonsense")):
                if not hasattr(request, field):
                    continue
                with self.subTest(noun, field=field):
                    wrong = type(request)()
                    wrong.CopyFrom(request)
                    setattr(wrong, field, value)
                    reason = "PAGE_TOKEN_INVALID" if field == "page_token" else "INVALID_FIELD"
                    _, details = self.assert_fails(grpc.StatusCode.INVALID_ARGUMENT, reason, lambda: call(wrong))
                    self.assertEqual([v.field for v in details["BadRequest"].field_violations], [field])

    def test_a_token_of_another_question_is_refused(self):
        tokens = {noun: next(self.pages(noun, 1))[1] for noun in self.methods()}

        def refused(call, request):
            _, details = self.assert_fails(grpc.StatusCode.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID",
                                           lambda: call(request))
            self.assertEqual(details["BadRequest"].field_violations[0].field, "page_token")
        for noun, (call, request, key) in self.methods().items():
            for other, token in tokens.items():
                if other != noun and token:
                    with self.subTest(noun, other=other):
                        request.page_token = token
                        refused(call, request)
            for field, value in (("filter", f"{key} != 77"), ("order_by", f"{key} desc")):
                if hasattr(request, field) and tokens[noun]:
                    with self.subTest(noun, field=field):
                        changed = type(request)()
                        changed.CopyFrom(request)
                        changed.page_token = tokens[noun]
                        setattr(changed, field, value)
                        refused(call, changed)

    def test_what_comes_and_goes_between_pages_neither_repeats_nor_hides_others(self):
        def delete_topic(name):
            self.admin.topics.DeleteTopic(topics_pb2.DeleteTopicRequest(name=name))

        def change_topics():
            for name in ("page-02", "page-08"):
                delete_topic(name)
            for name in ("page-01", "page-07"):
                self.admin.create(name)

        def restore_topics():
            for name in ("page-01", "page-07"):
                delete_topic(name)
            for name in ("page-02", "page-08"):
                self.admin.create(name)

        def change_groups():
            for name in ("group-02", "group-08"):
                self.admin.groups.DeleteGroup(groups_pb2.DeleteGroupRequest(group_id=name))
            for number in (1, 7):
                self.add_group(number)
        names = ["00", "02", "04", "06", "07", "10"]
        for noun, prefix, change in (("topics", "page-", change_topics), ("offsets", "page-", change_topics),
                                     ("groups", "group-", change_groups)):
            with self.subTest(noun):
                pages = self.pages(noun, 2)
                seen = next(pages)[0]
                change()
                self.assertEqual(seen + [key for page, _ in pages for key in page],
                                 [prefix + name for name in names])
                if noun != "groups":
                    restore_topics()

        pages = self.pages("segments", 2)
        seen = next(pages)[0]
        self.admin.topics.TrimRecords(topics_pb2.TrimRecordsRequest(
            topic="segments", targets=[topics_pb2.TrimTarget(partition=0, before_offset=1)]))
        self.add_segment()
        self.assertEqual(seen + [key for page, _ in pages for key in page], list(range(7)))

        pages = self.pages("connections", 2)
        seen = next(pages)[0]
        rest = self.keys("connections", 1000)[2:]
        for gone in (0, 3):
            self.sockets[gone].close()
        wait_until(lambda: len(self.keys("connections", 1000)) == 4, 10, "two are gone")
        self.add_connection()
        new = self.keys("connections", 1000)[-1]
        self.assertEqual([key for page, _ in pages for key in page], [rest[0], *rest[2:], new])


class Reflection(AdminCase):
    def test_in_both_versions(self):
        for version in ("v1", "v1alpha"):
            ask = self.admin.raw_channel.stream_stream(
                f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
                request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
                response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)
            listed, found = ask(iter([
                reflection_pb2.ServerReflectionRequest(list_services="*"),
                reflection_pb2.ServerReflectionRequest(file_containing_symbol="monkafka.admin.v1.TopicsService"),
            ]), timeout=SECONDS)
            self.assertIn("monkafka.admin.v1.TopicsService",
                          [service.name for service in listed.list_services_response.service])
            self.assertGreater(len(found.file_descriptor_response.file_descriptor_proto), 1)


class Crowd(harness.TestCase):
    """Clients that take what others need."""

    def setUp(self):
        self.socket = scratch_directory() / "s"
        self.broker = Admin(listen=f"127.0.0.1:0,unix:{self.socket}")
        self.addCleanup(lambda: self.broker.process.poll() is None and self.broker.close())
        host, port = self.broker.address.split(",")[0].rsplit(":", 1)
        self.where = host, int(port)

    def channel(self):
        """On a connection of its own."""
        channel = grpc.insecure_channel(self.broker.address.split(",")[0],
                                        options=[("grpc.use_local_subchannel_pool", 1)])
        self.addCleanup(channel.close)
        return channel

    def answers(self, channel):
        cluster_pb2_grpc.ClusterServiceStub(channel).GetCluster(cluster_pb2.GetClusterRequest(), timeout=SECONDS)

    def test_connections_that_say_nothing_keep_nobody_out(self):
        silent = []
        for _ in range(300):
            silent.append(socket.create_connection(self.where))
            self.addCleanup(silent[-1].close)
        self.answers(self.channel())
        self.answers(grpc.insecure_channel(f"unix:{self.socket}"))
        for each in silent:
            each.settimeout(30)
            self.assertEqual(each.recv(100), b"", "closed")

    def test_a_connection_that_does_not_go_on_is_closed(self):
        stuck = socket.create_connection(self.where)
        self.addCleanup(stuck.close)
        stuck.settimeout(30)
        stuck.sendall(b"PRI * HTT")
        while stuck.recv(1000):
            pass

    def test_too_many_connections_are_told_so_and_leave_the_unix_socket_alone(self):
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)
        crowd = []
        for _ in range(256):
            crowd.append(socket.create_connection(self.where))
            self.addCleanup(crowd[-1].close)
            crowd[-1].sendall(preface)
            self.assertNotEqual(crowd[-1].recv(9), b"", "is served")
        with self.assertRaises(grpc.RpcError) as caught:
            self.answers(self.channel())
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertIn("too many connections to the admin service are open", caught.exception.details())
        self.answers(grpc.insecure_channel(f"unix:{self.socket}"))
        for each in crowd:
            each.close()
        self.answers(self.channel())

    def test_readers_that_do_not_read_leave_the_long_reads_to_others_and_do_not_hold_up_the_end(self):
        self.broker.create("big")
        record = records_pb2.NewRecord(value=bytes(1_000_000), partition=0)
        request = records_pb2.ProduceRecordsRequest(topic="big", records=[record])
        for _ in range(40):
            self.assertEqual({each.error for each in self.broker.records.ProduceRecords(request).records}, {""})
        streams = []

        def read(channel):
            stream = records_pb2_grpc.RecordsServiceStub(channel).ReadRecords(
                records_pb2.ReadRecordsRequest(topic="big"))
            next(stream)
            streams.append(stream)
        for _ in range(20):
            read(self.channel())
        busy = self.channel()
        with self.assertRaises(grpc.RpcError) as caught:
            for _ in range(20):
                read(busy)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertIn("8 long reads of this connection are under way", caught.exception.details())
        everything = records_pb2_grpc.RecordsServiceStub(self.channel()).ReadRecords(
            records_pb2.ReadRecordsRequest(topic="big"))
        self.assertEqual(sum(len(message.records) for message in everything), 40)
        began = time.monotonic()
        self.broker.process.terminate()
        self.assertEqual(self.broker.process.wait(30), 0)
        self.assertLess(time.monotonic() - began, 2)


class Idle(harness.TestCase):
    """What the admin service costs a broker that nobody asks."""

    @unittest.skipIf(os.environ.get("MONKAFKA_SANITIZED"), "memory and threads are the sanitizer's")
    def test_no_wake_ups_and_little_memory(self):
        admin = Admin()
        self.addCleanup(admin.close)
        switches = pathlib.Path(f"/proc/{admin.process.pid}/task")

        def count():
            return sum(int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", (task / "status").read_text(),
                                     re.M)[1]) for task in switches.iterdir())

        def quiet():
            before = count()
            time.sleep(3)
            return count() == before
        self.assertTrue(wait_until(quiet, 60, "nothing wakes up for 3 s"))
        resident = int(re.search(r"^VmRSS:\s*(\d+) kB", pathlib.Path(
            f"/proc/{admin.process.pid}/status").read_text(), re.M)[1])
        self.assertLess(resident, 30 * 1024)

        # After a client was there and left, it is quiet again.
        admin.cluster.GetCluster(cluster_pb2.GetClusterRequest())
        admin.raw_channel.close()
        wait_until(quiet, 120, "gRPC is gone and nothing wakes up for 3 s")


class Readme(AdminCase):
    """Runs what the README shows under "Scripting over gRPC", against this broker."""

    def test_as_it_is_shown(self):
        if not (CLIENTS / "bin" / "grpcurl").exists():
            harness.skip("grpcurl is not installed (it needs Go)")
        text = (ROOT / "README.md").read_text()
        section = re.search(r"^## Scripting over gRPC\n(.*?)^## ", text, re.M | re.S)[1]
        blocks = re.findall(r"^```(sh|python)\n(.*?)^```", section, re.M | re.S)
        self.assertEqual([kind for kind, _ in blocks], ["sh", "sh", "sh", "python"])
        self.assertEqual(blocks[1][1], "python3 -m pip install grpcio grpcio-tools\n")  # is in CLIENTS
        home = scratch_directory()
        (home / "proto").symlink_to(ROOT / "proto")
        path = f"{CLIENTS / 'bin'}:{CLIENTS / 'python' / 'bin'}:{os.environ['PATH']}"

        def here(block):
            return block.replace("127.0.0.1:9095", self.admin.address)

        def shell(command, *arguments):
            return run("sh", "-c", f"set -e; cd {home}; {command}", env={"PATH": path}).out
        shown = shell(here(blocks[0][1]))
        self.assertIn("monkafka.admin.v1.TopicsService", shown)
        self.assertIn("aGVsbG8=", shown, "the record was read")
        self.assertIn("SERVING", shown)
        shell(here(blocks[2][1]))
        (home / "script.py").write_text(here(blocks[3][1]))
        printed = shell("python3 script.py").splitlines()
        self.assertEqual(printed[0].split()[:3], ["payments", "3", "1"])
        self.assertIn("1 records read", printed)
        self.assertIn("payments 0 to 0 replayed 0", printed)
        self.assertIn("NOT_FOUND", printed[-1])


class ZEveryRpc(harness.TestCase):  # the last by name
    def test_was_called(self):
        if len(sys.argv) > 1:
            harness.skip("only some tests ran")
        self.assertEqual(ALL - called, set())


if __name__ == "__main__":
    main()
