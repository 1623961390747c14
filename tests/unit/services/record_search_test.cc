#include "services/record_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>

#include "records/batch_builder.h"
#include "records/control_records.h"
#include "services/readable_subscription.h"
#include "unit/services/data_path.h"

namespace monkafka::services {
namespace {

using testing::ElementsAre;
using Field = RecordCondition::Field;
using Match = RecordCondition::Match;

class CollectingSink : public RecordSink {
 public:
  bool OnRecord(int32_t partition, const records::Record& record) override {
    places.emplace_back(partition, record.offset);
    offsets.push_back(record.offset);
    return static_cast<int>(offsets.size()) != stop_after;
  }
  bool OnProgress(const SearchProgress&) override { return true; }

  std::vector<std::pair<int32_t, Offset>> places;
  std::vector<Offset> offsets;
  int stop_after = -1;
};

struct TestRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  TimestampMs timestamp = 1'000;
  std::vector<std::pair<std::string, std::string>> headers = {};
};

std::optional<Bytes> AsField(const std::optional<std::string>& text) {
  return text ? std::optional(AsBytes(*text)) : std::nullopt;
}

class RecordSearchTest : public testing::Test {
 protected:
  RecordSearchTest() {
    CreateTopic(cluster, "t", TopicId(1), 2);
    search.topic = "t";
    search.ranges = {{0, 0, kNoOffset}};
  }

  // One batch at the partition's end.
  void Put(const std::vector<TestRecord>& batch, records::Codec codec = records::Codec::kNone,
           int32_t partition = 0) {
    records::BatchBuilder builder({.base_offset = Log(partition).offsets.log_end, .codec = codec});
    for (const TestRecord& record : batch) {
      std::vector<records::RecordHeader> headers;
      for (const auto& [key, value] : record.headers) headers.push_back({key, AsBytes(value)});
      builder.Append(record.timestamp, AsField(record.key), AsField(record.value), headers);
    }
    PutBytes(*std::move(builder).Build(), static_cast<int>(batch.size()), partition);
  }
  void PutBytes(std::vector<uint8_t> bytes, int records, int32_t partition = 0) {
    fakes::StubLog& log = Log(partition);
    const Offset base = log.offsets.log_end;
    log.batches.push_back({base, base + records - 1, std::move(bytes)});
    log.offsets.log_end += records;
    log.offsets.last_stable = log.offsets.log_end;
  }
  // Single-record batches with values v0, v1...
  void PutNumbered(int count) {
    for (int i = 0; i < count; ++i) Put({{"k", "v" + std::to_string(i)}});
  }
  fakes::StubLog& Log(int32_t partition = 0) { return *cluster.Log("t", partition); }

  SearchOutcome Run() {
    Result<RecordMatcher> matcher = RecordMatcher::Compile(conditions);
    EXPECT_TRUE(matcher) << matcher.error().message;
    Result<SearchOutcome> outcome =
        SearchRecords(cluster, search, *matcher, stop.get_token(), sink);
    EXPECT_TRUE(outcome) << outcome.error().message;
    return outcome.value_or(SearchOutcome{});
  }
  std::vector<Offset> Find(Field field, Match match, std::string pattern, std::string header = {}) {
    conditions = {{field, std::move(header), match, std::move(pattern)}};
    sink.offsets.clear();
    EXPECT_EQ(SearchEnd::kEnd, Run().end);
    return sink.offsets;
  }

  fakes::FakeCluster cluster;
  RecordSearch search;
  std::vector<RecordCondition> conditions;
  std::stop_source stop;
  CollectingSink sink;
};

TEST_F(RecordSearchTest, FindsByKeyAndValueInEveryWay) {
  Put({{"user-1", "one"}, {"user-2", "two"}, {"user-22", std::nullopt}, {std::nullopt, "twofold"}});
  EXPECT_THAT(Find(Field::kKey, Match::kExact, "user-2"), ElementsAre(1));
  EXPECT_THAT(Find(Field::kKey, Match::kPrefix, "user-2"), ElementsAre(1, 2));
  EXPECT_THAT(Find(Field::kKey, Match::kContains, "-2"), ElementsAre(1, 2));
  EXPECT_THAT(Find(Field::kValue, Match::kPrefix, "two"), ElementsAre(1, 3));
  EXPECT_THAT(Find(Field::kValue, Match::kRegex, "^t.*d$|ne"), ElementsAre(0, 3));
  EXPECT_THAT(Find(Field::kValue, Match::kRegex, ""), ElementsAre(0, 1, 3));
  EXPECT_THAT(Find(Field::kValue, Match::kExact, ""), ElementsAre());
}

TEST_F(RecordSearchTest, FindsByAHeaderOfAName) {
  Put({{"k", "v", 1, {{"trace", "a"}, {"other", "b"}}}, {"k", "v", 1, {{"trace", "b"}}}});
  EXPECT_THAT(Find(Field::kHeader, Match::kExact, "b", "trace"), ElementsAre(1));
  EXPECT_THAT(Find(Field::kHeader, Match::kExact, "b", "other"), ElementsAre(0));
  EXPECT_THAT(Find(Field::kHeader, Match::kExact, "b", "none"), ElementsAre());
  conditions[0].negate = true;
  sink.offsets.clear();
  Run();
  EXPECT_THAT(sink.offsets, ElementsAre(0, 1));
}

TEST_F(RecordSearchTest, AllConditionsMustHold) {
  Put({{"a", "x"}, {"a", "y"}, {"b", "y"}});
  conditions = {{Field::kKey, {}, Match::kExact, "a"}, {Field::kValue, {}, Match::kExact, "y"}};
  EXPECT_EQ(1, Run().progress.counters.matches);
  EXPECT_THAT(sink.offsets, ElementsAre(1));
}

TEST_F(RecordSearchTest, SearchesBytesThatAreNoText) {
  const std::string bytes("\xff\x00\xfe", 3);
  Put({{"k", bytes}, {"k", "text"}});
  EXPECT_THAT(Find(Field::kValue, Match::kExact, bytes), ElementsAre(0));
  EXPECT_THAT(Find(Field::kValue, Match::kRegex, R"(\x00\xfe$)"), ElementsAre(0));
}

TEST_F(RecordSearchTest, RefusesWhatIsNoExpression) {
  const auto matcher = RecordMatcher::Compile({{Field::kValue, {}, Match::kRegex, "a("}});
  ASSERT_FALSE(matcher);
  EXPECT_EQ(ErrorCode::kInvalidRequest, matcher.error().code);
  EXPECT_THAT(matcher.error().message, testing::HasSubstr("a("));
}

TEST_F(RecordSearchTest, ReadsEveryCodec) {
  for (const auto codec : {records::Codec::kNone, records::Codec::kGzip, records::Codec::kSnappy,
                           records::Codec::kLz4, records::Codec::kZstd}) {
    Put({{"k", "no"}, {"k", "yes"}}, codec);
  }
  EXPECT_THAT(Find(Field::kValue, Match::kExact, "yes"), ElementsAre(1, 3, 5, 7, 9));
}

TEST_F(RecordSearchTest, GoesOverThePartitionsInTheOrderAskedFor) {
  Put({{"k", "v"}});
  Put({{"k", "v"}, {"k", "v"}}, records::Codec::kNone, 1);
  search.ranges = {{1, 1, kNoOffset}, {0, 0, kNoOffset}};
  EXPECT_EQ(2u, Run().progress.current);
  EXPECT_THAT(sink.places, ElementsAre(std::pair(1, 1), std::pair(0, 0)));
}

// Batches of records 0 to 3, 4 to 7 and 8 to 11, and ranges that begin and end anywhere.
TEST_F(RecordSearchTest, KeepsToItsRangeAlsoWithinABatch) {
  for (int i = 0; i < 3; ++i) Put({{"k", "a"}, {"k", "b"}, {"k", "c"}, {"k", "d"}});
  for (Offset from = 0; from <= 12; ++from) {
    for (Offset to = from; to <= 12; ++to) {
      SCOPED_TRACE(testing::Message() << from << " to " << to);
      search.ranges = {{0, from, to}};
      sink.offsets.clear();
      const SearchOutcome outcome = Run();
      std::vector<Offset> expected;
      for (Offset offset = from; offset < to; ++offset) expected.push_back(offset);
      EXPECT_EQ(expected, sink.offsets);
      EXPECT_EQ(SearchEnd::kEnd, outcome.end);
      EXPECT_EQ(to, outcome.progress.ranges.at(0).from);
      EXPECT_EQ(to - from, outcome.progress.counters.scanned_records);
      const Offset batches = to == from ? 0 : (to - 1) / 4 - from / 4 + 1;
      EXPECT_EQ(batches * static_cast<Offset>(Log().batches[0].bytes.size()),
                outcome.progress.counters.scanned_bytes);
    }
  }
}

TEST_F(RecordSearchTest, ABudgetAlsoCountsTheBatchThatCrossesTheEnd) {
  for (int i = 0; i < 2; ++i) Put({{"k", "a"}, {"k", "b"}, {"k", "c"}, {"k", "d"}});
  search.ranges = {{0, 0, 6}, {1, 0, kNoOffset}};
  Put({{"k", "e"}}, records::Codec::kNone, 1);
  search.max_scanned_bytes = 2 * static_cast<int64_t>(Log().batches[0].bytes.size());
  SearchOutcome outcome = Run();
  EXPECT_EQ(SearchEnd::kBudget, outcome.end);
  EXPECT_EQ(6, outcome.progress.ranges.at(0).from);
  EXPECT_EQ(0, outcome.progress.ranges.at(1).from);
  EXPECT_THAT(sink.offsets, ElementsAre(0, 1, 2, 3, 4, 5));
  search.ranges = {{0, 0, 6}};
  search.max_scanned_bytes = std::numeric_limits<int64_t>::max();
  search.max_scanned_records = 5;
  sink.offsets.clear();
  outcome = Run();
  EXPECT_EQ(SearchEnd::kBudget, outcome.end);
  EXPECT_EQ(5, outcome.progress.ranges.at(0).from);
  EXPECT_THAT(sink.offsets, ElementsAre(0, 1, 2, 3, 4));
}

// Damage behind the range is none of its business, damage of the batch that crosses its end is.
TEST_F(RecordSearchTest, CountsTheDamageOfItsRangeAlone) {
  for (int i = 0; i < 3; ++i) Put({{"k", "a"}, {"k", "b"}});
  Log().batches[1].bytes[70] ^= 1;
  Log().batches[2].bytes[70] ^= 1;
  search.ranges = {{0, 0, 2}};
  EXPECT_EQ(0, Run().progress.counters.damaged_batches);
  search.ranges = {{0, 0, 3}};
  const SearchOutcome outcome = Run();
  EXPECT_EQ(1, outcome.progress.counters.damaged_batches);
  EXPECT_EQ(3, outcome.progress.ranges.at(0).from);
}

TEST_F(RecordSearchTest, BelowTheLogStartItBeginsThereAndBehindTheEndItFails) {
  PutNumbered(5);
  Log().offsets.log_start = 3;
  Run();
  EXPECT_THAT(sink.offsets, ElementsAre(3, 4));
  search.ranges = {{0, 6, kNoOffset}};
  const auto matcher = RecordMatcher::Compile({});
  const auto outcome = SearchRecords(cluster, search, *matcher, {}, sink);
  EXPECT_EQ(ErrorCode::kOffsetOutOfRange, CodeOf(outcome));
  search.topic = "none";
  EXPECT_EQ(ErrorCode::kUnknownTopicOrPartition,
            CodeOf(SearchRecords(cluster, search, *matcher, {}, sink)));
}

TEST_F(RecordSearchTest, KeepsToATimeRangeAndSkipsToItsBeginning) {
  for (const TimestampMs timestamp : {1'000, 2'000, 3'000, 2'500, 4'000}) {
    Put({{"k", "v", timestamp}});
  }
  search.from_timestamp = 2'000;
  search.to_timestamp = 3'000;
  Log().found = storage::TimestampedOffset{2'000, 1, 0};
  const SearchOutcome outcome = Run();
  EXPECT_THAT(sink.offsets, ElementsAre(1, 3));
  EXPECT_EQ(1, Log().reads.front().offset);
  EXPECT_EQ(4, outcome.progress.counters.scanned_records);
  sink.offsets.clear();
  Log().found.reset();  // no record is so new
  Run();
  EXPECT_TRUE(sink.offsets.empty());
}

TEST_F(RecordSearchTest, ResumedAfterItsBudgetItGivesEveryRecordOnce) {
  for (int i = 0; i < 4; ++i) Put({{"k", "a"}, {"k", "b"}, {"k", "c"}});
  Put({{"k", "a"}}, records::Codec::kNone, 1);
  search.ranges = {{0, 0, kNoOffset}, {1, 0, kNoOffset}};
  search.max_scanned_records = 2;
  int rounds = 0;
  while (true) {
    const SearchOutcome outcome = Run();
    ++rounds;
    if (outcome.end == SearchEnd::kEnd) break;
    ASSERT_EQ(SearchEnd::kBudget, outcome.end);
    ASSERT_EQ(2, outcome.progress.counters.scanned_records);
    const auto& ranges = outcome.progress.ranges;
    search.ranges = {ranges.begin() + static_cast<std::ptrdiff_t>(outcome.progress.current),
                     ranges.end()};
  }
  EXPECT_EQ(7, rounds);
  std::vector<std::pair<int32_t, Offset>> expected;
  for (Offset offset = 0; offset < 12; ++offset) expected.emplace_back(0, offset);
  expected.emplace_back(1, 0);
  EXPECT_EQ(expected, sink.places);
}

TEST_F(RecordSearchTest, ABudgetOfBytesEndsAfterAWholeBatch) {
  PutNumbered(5);
  search.max_scanned_bytes = static_cast<int64_t>(Log().batches[0].bytes.size()) + 1;
  const SearchOutcome outcome = Run();
  EXPECT_EQ(SearchEnd::kBudget, outcome.end);
  EXPECT_EQ(2, outcome.progress.ranges.at(0).from);
  EXPECT_THAT(sink.offsets, ElementsAre(0, 1));
}

TEST_F(RecordSearchTest, EndsWithEnoughMatchesOrWhenTheSinkSaysSo) {
  PutNumbered(5);
  search.max_matches = 2;
  SearchOutcome outcome = Run();
  EXPECT_EQ(SearchEnd::kMatches, outcome.end);
  EXPECT_EQ(2, outcome.progress.ranges.at(0).from);
  search.ranges = outcome.progress.ranges;
  search.max_matches = 100;
  sink.stop_after = 3;
  outcome = Run();
  EXPECT_EQ(SearchEnd::kStopped, outcome.end);
  EXPECT_EQ(3, outcome.progress.ranges.at(0).from);
  EXPECT_THAT(sink.offsets, ElementsAre(0, 1, 2));
}

TEST_F(RecordSearchTest, CalledOffItStopsBeforeTheNextReadAndSaysWhere) {
  PutNumbered(5);
  class StoppingSink final : public CollectingSink {
   public:
    explicit StoppingSink(std::stop_source& stop) : stop_(stop) {}
    bool OnRecord(int32_t partition, const records::Record& record) override {
      if (record.offset == 2) stop_.request_stop();
      return CollectingSink::OnRecord(partition, record);
    }

   private:
    std::stop_source& stop_;
  } stopping(stop);
  const auto matcher = RecordMatcher::Compile({});
  const auto outcome = SearchRecords(cluster, search, *matcher, stop.get_token(), stopping);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(SearchEnd::kStopped, outcome->end);
  EXPECT_EQ(3, outcome->progress.ranges.at(0).from);
  EXPECT_EQ(3u, stopping.offsets.size());
}

TEST_F(RecordSearchTest, DamagedBatchesAreSkippedAndCounted) {
  PutNumbered(5);
  Log().batches[1].bytes[70] ^= 1;    // a record
  Log().batches[3].bytes[9] ^= 0xff;  // the length
  const SearchOutcome outcome = Run();
  EXPECT_EQ(SearchEnd::kEnd, outcome.end);
  EXPECT_EQ(2, outcome.progress.counters.damaged_batches);
  EXPECT_THAT(sink.offsets, ElementsAre(0, 2, 4));
}

TEST_F(RecordSearchTest, NamesThePartitionThatIsOffline) {
  Put({{"k", "v"}});
  Log(1).availability = Fail(ErrorCode::kKafkaStorageError, "its log is damaged");
  search.ranges = {{0, 0, kNoOffset}, {1, 0, kNoOffset}};
  const auto matcher = RecordMatcher::Compile({});
  const auto outcome = SearchRecords(cluster, search, *matcher, {}, sink);
  EXPECT_EQ(ErrorCode::kKafkaStorageError, CodeOf(outcome));
  EXPECT_EQ("partition t-1 cannot be read: its log is damaged", outcome.error().message);
  search.ranges = {{0, 0, kNoOffset}};
  Run();
  EXPECT_THAT(sink.offsets, ElementsAre(0));
}

TEST_F(RecordSearchTest, TheOthersAreSearchedWithoutThePartitionThatIsOffline) {
  PutNumbered(3);
  Log(1).availability = Fail(ErrorCode::kKafkaStorageError, "its log is damaged");
  search.ranges = {{1, 0, kNoOffset}, {0, 0, kNoOffset}};
  search.leave_out_unreadable = true;
  search.max_scanned_records = 2;
  SearchOutcome outcome = Run();
  EXPECT_THAT(sink.offsets, ElementsAre(0, 1));
  ASSERT_EQ(1u, outcome.unreadable.size());
  EXPECT_EQ(1, outcome.unreadable[0].partition);
  EXPECT_EQ("partition t-1 cannot be read: its log is damaged",
            outcome.unreadable[0].error.message);
  ASSERT_EQ(1u, outcome.progress.ranges.size()) << "what is left is of partition 0 alone";
  EXPECT_EQ(0, outcome.progress.ranges[0].partition);
  EXPECT_EQ(2, outcome.progress.ranges[0].from);
}

TEST_F(RecordSearchTest, TheOthersAreSearchedWhenALogGoesOfflineMeanwhile) {
  Put({{"k", "v"}});
  Put({{"k", "v"}}, records::Codec::kNone, 1);
  search.ranges = {{1, 0, kNoOffset}, {0, 0, kNoOffset}, {1, 0, kNoOffset}};
  search.leave_out_unreadable = true;
  class BreakingSink final : public CollectingSink {
   public:
    explicit BreakingSink(fakes::StubLog& log) : log_(log) {}
    bool OnRecord(int32_t partition, const records::Record& record) override {
      log_.availability = Fail(ErrorCode::kKafkaStorageError, "the disk is gone");
      return CollectingSink::OnRecord(partition, record);
    }

   private:
    fakes::StubLog& log_;
  } breaking(Log(0));
  const auto matcher = RecordMatcher::Compile({});
  const auto outcome = SearchRecords(cluster, search, *matcher, {}, breaking);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(SearchEnd::kEnd, outcome->end);
  EXPECT_EQ(2u, breaking.places.size()) << "of both ranges of partition 1";
  EXPECT_EQ(2u, outcome->progress.ranges.size());
  EXPECT_EQ(2u, outcome->progress.current);
  ASSERT_EQ(1u, outcome->unreadable.size());
  EXPECT_EQ("partition t-0 cannot be read: the disk is gone", outcome->unreadable[0].error.message);
}

TEST_F(RecordSearchTest, FailsWhenNoPartitionCanBeRead) {
  Log(0).availability = Fail(ErrorCode::kKafkaStorageError, "its log is damaged");
  search.leave_out_unreadable = true;
  const auto matcher = RecordMatcher::Compile({});
  EXPECT_EQ(ErrorCode::kKafkaStorageError,
            CodeOf(SearchRecords(cluster, search, *matcher, {}, sink)));
}

TEST_F(RecordSearchTest, ControlRecordsAreLeftOut) {
  Put({{"k", "v"}});
  records::EndTxnMarkerOptions marker;
  marker.base_offset = 1;
  marker.producer_id = 7;
  PutBytes(records::BuildEndTxnBatch(marker, {true, 0}), 1);
  Put({{"k", "v"}});
  Run();
  EXPECT_THAT(sink.offsets, ElementsAre(0, 2));
}

TEST_F(RecordSearchTest, NothingOfAbortedOrOpenTransactions) {
  const auto put = [&](ProducerId producer) {
    records::BatchBuilder builder({.base_offset = Log().offsets.log_end,
                                   .producer_id = producer,
                                   .producer_epoch = 0,
                                   .base_sequence = 0,
                                   .transactional = true});
    builder.Append(1'000, std::nullopt, AsBytes("v"));
    PutBytes(*std::move(builder).Build(), 1);
  };
  const auto end = [&](ProducerId producer, bool committed) {
    records::EndTxnMarkerOptions marker;
    marker.base_offset = Log().offsets.log_end;
    marker.producer_id = producer;
    PutBytes(records::BuildEndTxnBatch(marker, {committed, 0}), 1);
  };
  put(7);         // 0: aborted
  put(8);         // 1: committed
  end(7, false);  // 2
  end(8, true);   // 3
  put(7);         // 4: committed
  end(7, true);   // 5
  put(8);         // 6: open
  Log().aborted = {{7, 0}};
  Log().offsets.last_stable = 6;
  Run();
  EXPECT_THAT(sink.offsets, ElementsAre(1, 4));
}

class ReadableSubscriptionTest : public RecordSearchTest {
 protected:
  std::shared_ptr<cluster::Partition> Partition(int32_t number = 0) {
    return cluster.FindPartition("t", number);
  }
  int wakes = 0;
};

TEST_F(ReadableSubscriptionTest, WakesAtOnceWhenThereIsSomethingToRead) {
  PutNumbered(2);
  const ReadableSubscription nothing({{Partition(0), 2}, {Partition(1), 0}}, [&] { ++wakes; });
  EXPECT_EQ(0, wakes);
  const ReadableSubscription something({{Partition(1), 0}, {Partition(0), 1}}, [&] { ++wakes; });
  EXPECT_EQ(1, wakes);
}

TEST_F(ReadableSubscriptionTest, WakesOnceWithTheNextAppendOfAnyPartition) {
  const ReadableSubscription subscription({{Partition(0), 0}, {Partition(1), 0}}, [&] { ++wakes; });
  Partition(1)->NotifyWaiters();
  EXPECT_EQ(1, wakes);
  Partition(0)->NotifyWaiters();
  EXPECT_EQ(1, wakes);
}

TEST_F(ReadableSubscriptionTest, WakesWhenThePartitionIsDeleted) {
  const ReadableSubscription subscription({{Partition(0), 0}}, [&] { ++wakes; });
  DeleteTopic(cluster, TopicId(1));
  EXPECT_EQ(1, wakes);
}

TEST_F(ReadableSubscriptionTest, NeverWakesOnceItIsGone) {
  std::optional<ReadableSubscription> subscription;
  subscription.emplace(std::vector<ReadableSubscription::Position>{{Partition(0), 0}},
                       [&] { ++wakes; });
  subscription.reset();
  Partition(0)->NotifyWaiters();
  EXPECT_EQ(0, wakes);
}

}  // namespace
}  // namespace monkafka::services
