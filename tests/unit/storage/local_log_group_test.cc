// Appends that a log is given together: they are written together, and that is all that differs.
#include <random>

#include "log_harness.h"

namespace monkafka::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What each was answered, in the order of the appends; nullopt: not yet.
using Answers = std::vector<std::optional<AppendOutcome>>;

class LocalLogGroupTest : public ::testing::Test, protected LogHarness {
 protected:
  void SetUp() override { Open(); }

  std::shared_ptr<Answers> StartAll(std::vector<AppendRequest> requests) {
    auto answers = std::make_shared<Answers>(requests.size());
    std::vector<PendingAppend> appends;
    for (size_t i = 0; i < requests.size(); ++i) {
      appends.push_back({std::move(requests[i]), [answers, i](AppendOutcome outcome) {
                           EXPECT_FALSE((*answers)[i]) << "answered twice";
                           (*answers)[i] = std::move(outcome);
                         }});
    }
    log->AppendAll(appends);
    return answers;
  }
  std::shared_ptr<Answers> StartAll(const std::vector<TestBatch>& batches, bool durable = false) {
    std::vector<AppendRequest> requests;
    for (const TestBatch& batch : batches) {
      requests.push_back(RequestOf(Build(batch)));
      requests.back().durable = durable;
    }
    return StartAll(std::move(requests));
  }
  std::vector<AppendOutcome> AppendAll(const std::vector<TestBatch>& batches) {
    const auto answers = StartAll(batches);
    std::vector<AppendOutcome> outcomes;
    for (const auto& answer : *answers) {
      EXPECT_TRUE(answer.has_value());
      outcomes.push_back(answer.value_or(AppendOutcome{}));
    }
    return outcomes;
  }
  static std::vector<ErrorCode> ErrorsOf(const std::vector<AppendOutcome>& outcomes) {
    std::vector<ErrorCode> errors;
    for (const AppendOutcome& outcome : outcomes) errors.push_back(outcome.error);
    return errors;
  }
  static std::vector<Offset> BaseOffsetsOf(const std::vector<AppendOutcome>& outcomes) {
    std::vector<Offset> offsets;
    for (const AppendOutcome& outcome : outcomes) offsets.push_back(outcome.base_offset);
    return offsets;
  }
  std::vector<uint8_t> ActiveContent() const {
    return files.Content(PathOf(FilesWith(".log").back()));
  }
};

TEST_F(LocalLogGroupTest, OneWriteTakesThemAllInTheirOrder) {
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  const int64_t before = files.operations();
  const auto outcomes = AppendAll({{.records = 3}, {.records = 1}, {.records = 2}});
  EXPECT_EQ(files.operations() - before, 1);
  EXPECT_THAT(BaseOffsetsOf(outcomes), ElementsAre(1, 4, 5));
  EXPECT_EQ(outcomes[2].last_offset, 6);
  EXPECT_EQ(log->Offsets().log_end, 7);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(7));
  KillAndOpen();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(7));
}

// The log's mutex is free for others between the parts of a large group.
TEST_F(LocalLogGroupTest, ManyProducersAreWrittenInParts) {
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  std::vector<TestBatch> batches;
  for (int i = 0; i < 40; ++i) batches.push_back({.producer_id = i % 20, .sequence = i / 20});
  const int64_t before = files.operations();
  for (const AppendOutcome& outcome : AppendAll(batches)) {
    EXPECT_EQ(outcome.error, ErrorCode::kNone) << outcome.message;
  }
  EXPECT_EQ(files.operations() - before, 3);
  EXPECT_EQ(log->Offsets().log_end, 41);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(41));
}

// A producer that the log does not know yet may begin with any sequence; so the second batch would
// be taken although the first is missing, which could then never come.
TEST_F(LocalLogGroupTest, NothingOvertakesAWriteThatFailed) {
  const std::vector<TestBatch> batches = {{.producer_id = 1, .sequence = 0},
                                          {.producer_id = 1, .sequence = 1},
                                          {.producer_id = 1, .sequence = 2}};
  files.FailAt(files.operations() + 1);
  for (const AppendOutcome& outcome : AppendAll(batches)) {
    EXPECT_EQ(outcome.error, ErrorCode::kKafkaStorageError);
  }
  EXPECT_EQ(log->Offsets().log_end, 0);
  for (const AppendOutcome& outcome : AppendAll(batches)) {
    EXPECT_EQ(outcome.error, ErrorCode::kNone) << outcome.message;
  }
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(3));
}

TEST_F(LocalLogGroupTest, ARefusedOneIsLeftOut) {
  config.max_message_bytes = 500;
  log->Reconfigure(config);
  std::vector<AppendRequest> requests;
  requests.push_back(RequestOf(Build({.records = 2})));
  requests.push_back(RequestOf(Build({.value_size = 600})));
  std::vector<uint8_t> corrupt = Build({});
  corrupt.back() ^= 1;
  requests.push_back(RequestOf(corrupt));
  requests.push_back(RequestOf(Build({.records = 2})));
  const auto answers = StartAll(std::move(requests));
  EXPECT_EQ((*answers)[0]->base_offset, 0);
  EXPECT_EQ((*answers)[1]->error, ErrorCode::kMessageTooLarge);
  EXPECT_EQ((*answers)[2]->error, ErrorCode::kCorruptMessage);
  EXPECT_EQ((*answers)[3]->base_offset, 2);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(4));
}

TEST_F(LocalLogGroupTest, SequencesFollowThoseBeforeInTheGroup) {
  ASSERT_EQ(Append({.producer_id = 7, .sequence = 0}).error, ErrorCode::kNone);
  EXPECT_THAT(ErrorsOf(AppendAll({{.producer_id = 7, .sequence = 1},
                                  {.records = 3, .producer_id = 7, .sequence = 2},
                                  {.producer_id = 7, .sequence = 9},
                                  {.producer_id = 8, .sequence = 0},
                                  {.producer_id = 7, .sequence = 5},
                                  {.producer_id = 8, .sequence = 1},
                                  {.producer_id = 8, .epoch = 1, .sequence = 0},
                                  {.producer_id = 8, .epoch = 0, .sequence = 2}})),
              ElementsAre(ErrorCode::kNone, ErrorCode::kNone, ErrorCode::kOutOfOrderSequenceNumber,
                          ErrorCode::kNone, ErrorCode::kNone, ErrorCode::kNone, ErrorCode::kNone,
                          ErrorCode::kInvalidProducerEpoch));
  EXPECT_EQ(Append({.producer_id = 7, .sequence = 6}).error, ErrorCode::kNone);
  EXPECT_EQ(Append({.producer_id = 8, .epoch = 1, .sequence = 1}).error, ErrorCode::kNone);
}

TEST_F(LocalLogGroupTest, ARetryOfOneInTheGroupGetsItsAnswer) {
  const auto outcomes = AppendAll({{.records = 2},
                                   {.records = 3, .producer_id = 7, .sequence = 0},
                                   {.records = 3, .producer_id = 7, .sequence = 0},
                                   {.producer_id = 7, .sequence = 3}});
  EXPECT_THAT(BaseOffsetsOf(outcomes), ElementsAre(0, 2, 2, 5));
  EXPECT_FALSE(outcomes[1].duplicate);
  EXPECT_TRUE(outcomes[2].duplicate);
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(6));
}

TEST_F(LocalLogGroupTest, AFailedWriteFailsAllAndChangesNothing) {
  ASSERT_EQ(Append({.producer_id = 7, .sequence = 0}).error, ErrorCode::kNone);
  const std::vector<uint8_t> content = ActiveContent();
  const auto group = [] {
    std::vector<AppendRequest> requests;
    for (const TestBatch& batch :
         {TestBatch{.producer_id = 7, .sequence = 1}, TestBatch{.producer_id = 8, .sequence = 0},
          TestBatch{.producer_id = 8, .sequence = 0}, TestBatch{.transactional = true}}) {
      TestBatch sent = batch;
      if (sent.transactional) sent.producer_id = 9;
      requests.push_back(RequestOf(Build(sent)));
      requests.back().leader_epoch = 4;
    }
    return requests;
  };
  files.FailAt(files.operations() + 1);  // leaves half of it behind
  const auto failed = StartAll(group());
  for (const auto& answer : *failed) {
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->error, ErrorCode::kKafkaStorageError);
    EXPECT_THAT(answer->message, HasSubstr("no space"));
    EXPECT_EQ(answer->base_offset, kNoOffset);
  }
  EXPECT_EQ(ActiveContent(), content);
  EXPECT_EQ(log->Offsets().log_end, 1);
  EXPECT_EQ(log->Offsets().last_stable, 1);
  EXPECT_EQ(log->EpochAt(0), 0);
  EXPECT_EQ(log->EndOfEpoch(4).leader_epoch, kNoEpoch);
  ASSERT_EQ(log->ActiveProducers().size(), 1u);
  EXPECT_EQ(log->ActiveProducers()[0].last_sequence, 0);

  const auto again = StartAll(group());
  for (const auto& answer : *again) EXPECT_EQ(answer->error, ErrorCode::kNone);
  EXPECT_TRUE((*again)[2]->duplicate);
  EXPECT_EQ(log->Offsets().log_end, 4);
  EXPECT_EQ(log->Offsets().last_stable, 3);
  EXPECT_EQ(log->EndOfEpoch(4).end_offset, 4);
  KillAndOpen();
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(4));
}

TEST_F(LocalLogGroupTest, ATransactionBegunInTheGroupIsOpenForTheNextOfIt) {
  EXPECT_THAT(ErrorsOf(AppendAll({{.records = 2},
                                  {.producer_id = 7, .sequence = 0, .transactional = true},
                                  {.producer_id = 7, .sequence = 1},
                                  {.producer_id = 7, .sequence = 1, .transactional = true}})),
              ElementsAre(ErrorCode::kNone, ErrorCode::kNone, ErrorCode::kInvalidTxnState,
                          ErrorCode::kNone));
  EXPECT_EQ(log->Offsets().last_stable, 2);
  ASSERT_EQ(AppendMarker(7, /*committed=*/true).error, ErrorCode::kNone);
  EXPECT_EQ(log->Offsets().last_stable, 5);
}

TEST_F(LocalLogGroupTest, WithoutSpaceForANewSegmentTheRestIsRefused) {
  config.segment_bytes = 400;
  log->Reconfigure(config);
  ASSERT_EQ(Append({.value_size = 50}).error, ErrorCode::kNone);
  const int64_t next = files.operations() + 1;
  files.FailAt(next + 1);  // after the write of what still fits
  const auto outcomes = AppendAll({{.value_size = 50}, {.value_size = 200}});
  EXPECT_THAT(ErrorsOf(outcomes), ElementsAre(ErrorCode::kNone, ErrorCode::kKafkaStorageError));
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(2));
  EXPECT_EQ(Append({.value_size = 200}).base_offset, 2);
}

TEST_F(LocalLogGroupTest, ALogThatGoesOfflineInTheMiddleFailsTheDurableOnesBefore) {
  const auto group = [] {
    std::vector<AppendRequest> requests;
    for (const int size : {50, 50, 250, 50}) {
      requests.push_back(RequestOf(Build({.value_size = size})));
    }
    requests[0].durable = true;
    return requests;
  };
  // The third begins a segment. Which operation writes it is found out in another log.
  config.segment_bytes = 600;
  int64_t third = 0;
  LogHarness other;
  other.config = config;
  other.Open();
  ASSERT_EQ(other.Append({.value_size = 50}).error, ErrorCode::kNone);
  other.files.SetTrace([&](int64_t operation, const std::string& what) {
    if (third == 0 && what.starts_with("write") && what.ends_with("/00000000000000000003.log"))
      third = operation;
  });
  for (AppendRequest& request : group()) other.log->Append(std::move(request), [](auto) {});
  ASSERT_GT(third, 0);

  log->Reconfigure(config);
  ASSERT_EQ(Append({.value_size = 50}).error, ErrorCode::kNone);
  files.FailAt(third - 1);  // one less: the first two are one write
  files.FailAt(third);      // and truncating it away
  const auto answers = StartAll(group());
  EXPECT_EQ(files.failures_to_come(), 0u);
  EXPECT_EQ(answers->at(0).value().error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(answers->at(1).value().error, ErrorCode::kNone);
  EXPECT_EQ(answers->at(2).value().error, ErrorCode::kKafkaStorageError);
  EXPECT_EQ(answers->at(3).value().error, ErrorCode::kKafkaStorageError);
  EXPECT_FALSE(log->Availability());
}

TEST_F(LocalLogGroupTest, TogetherIsTheSameAsOneByOne) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const auto up_to = [&random](int most) {
      return std::uniform_int_distribution<int>(0, most)(random);
    };
    LogHarness alone;
    LogHarness grouped;
    for (LogHarness* each : {&alone, &grouped}) {
      each->config.segment_bytes = 3000 + 500 * static_cast<int64_t>(seed);
      each->config.index_interval_bytes = 200;
      each->config.segment_index_bytes = 12 * (3 + static_cast<int>(seed) % 10);
      each->config.segment_ms = std::chrono::milliseconds(seed % 3 == 0 ? 300 : 1 << 30);
      each->config.flush_messages = seed % 4 == 0 ? 7 : LogConfig::kInfinite;
      each->Open();
    }
    std::map<ProducerId, int32_t> sequences;
    TimestampMs time = 1000;
    for (int round = 0; round < 40; ++round) {
      std::vector<AppendRequest> requests;
      std::vector<PendingAppend> appends;
      std::vector<AppendOutcome> expected;
      std::vector<std::optional<AppendOutcome>> answers(static_cast<size_t>(1 + up_to(9)));
      for (size_t i = 0; i < answers.size(); ++i) {
        time += up_to(20);
        TestBatch batch{.records = 1 + up_to(4), .value_size = up_to(150), .timestamp = time};
        if (const int producer = up_to(3); producer > 0) {
          batch.producer_id = producer;
          batch.sequence = sequences[producer];
          if (up_to(9) == 0) batch.sequence += 1;  // a gap
          if (up_to(9) != 0 && batch.sequence == sequences[producer]) {
            sequences[producer] += batch.records;  // else the next one does as if it never was
          }
        }
        AppendRequest request = LogHarness::RequestOf(Build(batch));
        request.leader_epoch = round / 10;
        request.durable = up_to(5) == 0;
        AppendRequest same = LogHarness::RequestOf(Build(batch));
        same.leader_epoch = request.leader_epoch;
        same.durable = request.durable;
        expected.push_back(alone.Send(std::move(same)));
        appends.push_back(
            {std::move(request), [&answers, i](AppendOutcome outcome) { answers[i] = outcome; }});
      }
      grouped.log->AppendAll(appends);
      grouped.workers.RunAll();
      for (size_t i = 0; i < answers.size(); ++i) {
        ASSERT_TRUE(answers[i].has_value());
        EXPECT_EQ(answers[i]->error, expected[i].error);
        EXPECT_EQ(answers[i]->base_offset, expected[i].base_offset);
        EXPECT_EQ(answers[i]->last_offset, expected[i].last_offset);
        EXPECT_EQ(answers[i]->duplicate, expected[i].duplicate);
      }
    }
    ASSERT_TRUE(alone.manager->Close());
    ASSERT_TRUE(grouped.manager->Close());
    const std::string directory = std::string(LogHarness::kDirectory) + "/orders-0";
    const std::vector<std::string> paths = alone.files.Files(directory);
    EXPECT_EQ(paths, grouped.files.Files(directory));
    EXPECT_GT(alone.FilesWith(".log").size(), 2u);
    for (const std::string& path : paths) {
      EXPECT_EQ(alone.files.Content(path), grouped.files.Content(path)) << path;
    }
  }
}

TEST_F(LocalLogGroupTest, DurableOnesShareOneSync) {
  ASSERT_EQ(Append({}, /*durable=*/true).error, ErrorCode::kNone);
  const int64_t before = files.operations();
  const auto answers = StartAll({{.records = 2}, {}, {.records = 3}}, /*durable=*/true);
  for (const auto& answer : *answers) EXPECT_FALSE(answer.has_value());
  workers.RunAll();
  for (const auto& answer : *answers) EXPECT_EQ(answer.value().error, ErrorCode::kNone);
  EXPECT_EQ(files.operations() - before, 2) << "a write and a sync";
  EXPECT_EQ(log->Offsets().durable_end, 7);
}

TEST_F(LocalLogGroupTest, FlushMessagesMakesOnlyThoseWaitThatReachIt) {
  config.flush_messages = 3;
  log->Reconfigure(config);
  const auto answers = StartAll(std::vector<TestBatch>(4));
  EXPECT_TRUE((*answers)[0].has_value());
  EXPECT_TRUE((*answers)[1].has_value());
  EXPECT_FALSE((*answers)[2].has_value());
  EXPECT_FALSE((*answers)[3].has_value());
  workers.RunAll();
  EXPECT_TRUE((*answers)[3].has_value());
}

TEST_F(LocalLogGroupTest, LogAppendTimeIsTheClocks) {
  config.timestamp_type = records::TimestampType::kLogAppendTime;
  log->Reconfigure(config);
  for (const AppendOutcome& outcome : AppendAll({{}, {.producer_id = 7}, {.producer_id = 7}})) {
    EXPECT_EQ(outcome.log_append_time, clock.WallMs());
  }
}

TEST_F(LocalLogGroupTest, ALargeGroupIsWrittenInPartsOfAMegabyte) {
  ASSERT_EQ(Append({}).error, ErrorCode::kNone);
  const int64_t before = files.operations();
  const auto outcomes = AppendAll(std::vector<TestBatch>(10, {.value_size = 300'000}));
  EXPECT_EQ(files.operations() - before, 4) << "of three";
  EXPECT_EQ(ReadAllOffsets(), OffsetsUpTo(11));
}

}  // namespace
}  // namespace monkafka::storage
