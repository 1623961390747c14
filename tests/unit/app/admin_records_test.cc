#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/admin/records.h"
#include "records/batch_builder.h"
#include "unit/services/data_path.h"

namespace monkafka::app {
namespace {

using testing::ElementsAre;

class Records final : public admin::ScanSink {
 public:
  bool OnRecord(int32_t partition, const admin::RecordView& record) override {
    found.push_back(std::to_string(partition) + ":" + std::to_string(record.offset) + "=" +
                    std::string(record.value.value_or("null")));
    return true;
  }
  bool Flush() override {
    flushed_at.push_back(found.size());
    return true;
  }
  bool OnProgress(const admin::ScanProgress& progress) override {
    reported.emplace_back(found.size(), progress.next);
    return true;
  }
  std::vector<std::string> found;
  std::vector<size_t> flushed_at;  // how many were found by then
  std::vector<std::pair<size_t, std::vector<admin::Position>>> reported;
};

// Topic t: five records in partition 0, two in partition 1; values a, b, c...
class AdminRecordsTest : public testing::Test {
 protected:
  AdminRecordsTest() {
    services::CreateTopic(cluster, "t", services::TopicId(1), 2);
    for (int i = 0; i < 5; ++i) Put(0, std::string(1, static_cast<char>('a' + i)));
    for (int i = 0; i < 2; ++i) Put(1, std::string(1, static_cast<char>('a' + i)));
    query.topic = "t";
  }
  void Put(int32_t partition, const std::string& value) {
    fakes::StubLog& log = *cluster.Log("t", partition);
    const Offset offset = log.offsets.log_end;
    records::BatchBuilder builder({.base_offset = offset});
    builder.Append(1'000 + offset, std::nullopt, AsBytes(value));
    log.batches.push_back({offset, offset, *std::move(builder).Build()});
    log.offsets.log_end = log.offsets.last_stable = offset + 1;
  }
  admin::ScanSummary Scan() {
    sink.found.clear();
    auto summary = port.Scan(query, sink, {});
    EXPECT_TRUE(summary) << summary.error().message;
    return summary.value_or(admin::ScanSummary{});
  }

  fakes::FakeCluster cluster;
  fakes::FakeClock clock;
  fakes::FakeTimers timers{clock};
  services::ProduceService produce{cluster, timers, {}};
  services::RecordProducer producer{cluster, produce, clock};
  AdminRecords port{cluster, producer, clock};
  admin::ScanQuery query;
  Records sink;
};

TEST_F(AdminRecordsTest, WhatCannotBeProducedToIsNamed) {
  const auto resource = [&](const std::string& topic, std::optional<int32_t> partition) {
    admin::ProduceOrder order{.topic = topic, .records = {}};
    for (const std::optional<int32_t>& each : {std::optional<int32_t>(0), partition}) {
      order.records.emplace_back().partition = each;
    }
    const auto produced = port.Produce(order, {});
    const admin::ResourceName about = produced.error().resource.value();
    return about.type + " " + about.name;
  };
  EXPECT_EQ(resource("t", 7), "partition t-7");
  EXPECT_EQ(resource("nowhere", 7), "topic nowhere");
  services::CreateTopic(cluster, std::string(cluster::kConsumerOffsetsTopic), services::TopicId(2),
                        1);
  EXPECT_EQ(resource(std::string(cluster::kConsumerOffsetsTopic), 0), "topic __consumer_offsets");
}

TEST_F(AdminRecordsTest, BeginsWhereItIsTold) {
  query.start = admin::FromEarliest{};
  EXPECT_EQ(admin::ScanEnd::kComplete, Scan().end);
  EXPECT_EQ(7u, sink.found.size());
  query.start = admin::FromLatest{};
  Scan();
  EXPECT_TRUE(sink.found.empty());
  query.start = admin::FromLast{1};
  Scan();
  EXPECT_THAT(sink.found, ElementsAre("0:4=e", "1:1=b"));
  query.start = admin::FromOffset{1};
  query.partitions = {1};
  Scan();
  EXPECT_THAT(sink.found, ElementsAre("1:1=b"));
  query.start = admin::FromPositions{{{0, 4}}};
  Scan();
  EXPECT_THAT(sink.found, ElementsAre("0:4=e"));
  query.start = admin::FromTimestamp{1'003};
  query.partitions = {0};
  cluster.Log("t", 0)->found = storage::TimestampedOffset{1'003, 3, 0};
  Scan();
  EXPECT_THAT(sink.found, ElementsAre("0:3=d", "0:4=e"));
}

TEST_F(AdminRecordsTest, LetsRecordsGoBeforeItReadsMore) {
  query.start = admin::FromEarliest{};
  Put(1, std::string(2 << 20, 'x'));
  Put(1, "c");
  Scan();
  EXPECT_EQ(9u, sink.found.size());
  EXPECT_THAT(sink.flushed_at, ElementsAre(5, 8, 9)) << "after each partition and much data";
}

TEST_F(AdminRecordsTest, ReportsWhereItBeginsBeforeTheFirstRecord) {
  query.start = admin::FromLast{1};
  Scan();
  ASSERT_FALSE(sink.reported.empty());
  const auto& [found, next] = sink.reported.front();
  EXPECT_EQ(0u, found);
  ASSERT_EQ(2u, next.size());
  EXPECT_EQ(4, next[0].offset);
  EXPECT_EQ(1, next[1].offset);
}

TEST_F(AdminRecordsTest, SaysOfEveryPartitionWhereToGoOn) {
  query.start = admin::FromEarliest{};
  query.max_matches = 6;
  admin::ScanSummary summary = Scan();
  EXPECT_EQ(admin::ScanEnd::kLimit, summary.end);
  ASSERT_EQ(2u, summary.next.size());
  EXPECT_EQ(5, summary.next[0].offset);
  EXPECT_EQ(1, summary.next[1].offset);
  query.start = admin::FromPositions{summary.next};
  summary = Scan();
  EXPECT_THAT(sink.found, ElementsAre("1:1=b"));
  EXPECT_EQ(admin::ScanEnd::kComplete, summary.end);
}

TEST_F(AdminRecordsTest, AppliesPredicatesAndNamesTheOneThatIsWrong) {
  query.start = admin::FromEarliest{};
  const auto add = [&](admin::Predicate::Match match, const char* operand, bool negate) {
    admin::Predicate& predicate = query.predicates.emplace_back();
    predicate.match = match;
    predicate.operand = operand;
    predicate.negate = negate;
  };
  add(admin::Predicate::Match::kRegex, "^[ab]$", false);
  add(admin::Predicate::Match::kExact, "a", true);
  Scan();
  EXPECT_THAT(sink.found, ElementsAre("0:1=b", "1:1=b"));
  add(admin::Predicate::Match::kRegex, "(", false);
  const auto failed = port.Scan(query, sink, {});
  ASSERT_FALSE(failed);
  ASSERT_EQ(1u, failed.error().fields.size());
  EXPECT_EQ("predicates[2].operand", failed.error().fields[0].field);
}

TEST_F(AdminRecordsTest, NamesTheTopicThatIsNotThere) {
  query.topic = "none";
  const auto failed = port.Scan(query, sink, {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(ErrorCode::kUnknownTopicOrPartition, failed.error().code);
  ASSERT_TRUE(failed.error().resource);
  EXPECT_EQ("none", failed.error().resource->name);
  query.partitions = {0};
  EXPECT_EQ("there is no topic none", port.Scan(query, sink, {}).error().message);
}

TEST_F(AdminRecordsTest, NamesThePartitionThatIsNotThere) {
  query.partitions = {0, 2};
  const auto scanned = port.Scan(query, sink, {});
  ASSERT_FALSE(scanned);
  const auto subscribed = port.WhenReadable("t", {{2, 0}}, [] {});
  ASSERT_FALSE(subscribed);
  for (const admin::Failure& failure : {scanned.error(), subscribed.error()}) {
    ASSERT_TRUE(failure.resource);
    EXPECT_EQ("partition", failure.resource->type);
    EXPECT_EQ("t-2", failure.resource->name);
  }
}

TEST_F(AdminRecordsTest, TellsWhichPartitionsWereLeftOut) {
  cluster.Log("t", 0)->availability = Fail(ErrorCode::kKafkaStorageError, "its log is damaged");
  query.start = admin::FromTimestamp{1'000};
  cluster.Log("t", 1)->found = storage::TimestampedOffset{1'000, 0, 0};
  EXPECT_FALSE(port.Scan(query, sink, {})) << "unless it is said that it may leave some out";
  query.leave_out_unreadable = true;
  const admin::ScanSummary summary = Scan();
  EXPECT_THAT(sink.found, ElementsAre("1:0=a", "1:1=b"));
  ASSERT_EQ(1u, summary.unreadable.size());
  EXPECT_EQ(0, summary.unreadable[0].partition);
  EXPECT_EQ("partition t-0 cannot be read: its log is damaged", summary.unreadable[0].reason);
  ASSERT_EQ(1u, summary.next.size());
  EXPECT_EQ(1, summary.next[0].partition);
}

TEST_F(AdminRecordsTest, GoingOnFromTheBeginningIsWithoutThePartitionsThatWereLeftOut) {
  cluster.Log("t", 0)->availability = Fail(ErrorCode::kKafkaStorageError, "its log is damaged");
  query.start = admin::FromLast{1};
  query.leave_out_unreadable = true;
  Scan();
  ASSERT_FALSE(sink.reported.empty());
  query.start = admin::FromPositions{sink.reported.front().second};
  cluster.Log("t", 0)->availability = {};  // the broker was started again
  Scan();
  EXPECT_THAT(sink.found, ElementsAre("1:1=b")) << "not all of partition 0";
}

TEST_F(AdminRecordsTest, WakesATailOnceThereIsSomethingToRead) {
  int wakes = 0;
  const auto subscription = port.WhenReadable("t", {{0, 5}, {1, 2}}, [&] { ++wakes; });
  ASSERT_TRUE(subscription);
  EXPECT_EQ(0, wakes);
  Put(1, "c");
  cluster.FindPartition("t", 1)->NotifyWaiters();
  EXPECT_EQ(1, wakes);
}

TEST_F(AdminRecordsTest, ProducesAndTellsWhatWasRefused) {
  admin::ProduceOrder order;
  order.topic = "t";
  order.records.resize(2);
  order.records[0].partition = 0;
  order.records[1].partition = 1;
  cluster.Log("t", 0)->next_outcome.base_offset = 5;
  cluster.Log("t", 1)->next_outcome.error = ErrorCode::kMessageTooLarge;
  const auto produced = port.Produce(order, {});
  ASSERT_TRUE(produced) << produced.error().message;
  EXPECT_EQ(5, (*produced)[0].offset);
  EXPECT_EQ("", (*produced)[0].error);
  EXPECT_EQ("MESSAGE_TOO_LARGE", (*produced)[1].error);
  order.compression = admin::Compression::kUnknown;
  EXPECT_FALSE(port.Produce(order, {}));
  std::stop_source stop;
  stop.request_stop();
  order.compression = admin::Compression::kNone;
  const auto cancelled = port.Produce(order, stop.get_token());
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(admin::FailureKind::kCancelled, cancelled.error().kind);
}

}  // namespace
}  // namespace monkafka::app
