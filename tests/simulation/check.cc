#include "simulation/check.h"

#include <algorithm>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "simulation/client.h"
#include "simulation/violation.h"
#include "storage/inspect/verify.h"
#include "storage/names.h"

namespace monkafka::simulation {
namespace {

class Checker {
 public:
  Checker(Machine& machine, Broker& broker, Model& model)
      : machine_(machine), broker_(broker), model_(model) {}

  void Run() {
    CheckTopics();
    CheckDirectories();
    for (auto& [name, topic] : model_.topics) {
      for (size_t i = 0; i < topic.partitions.size(); ++i) {
        const TopicPartition tp{name, static_cast<int32_t>(i)};
        CheckPartition(tp, topic, topic.partitions[i]);
      }
    }
    CheckCommits();
  }

 private:
  // topics
  void ResolveChange(const cluster::MetadataImage& image);
  void CheckTopics();
  void CheckDirectories();
  // one partition
  void CheckPartition(const TopicPartition& tp, const TopicModel& topic, PartitionModel& known);
  void CheckEnds(const TopicPartition& tp, const TopicModel& topic, PartitionModel& known,
                 const storage::LogOffsets& offsets);
  bool MayBeRetired(const TopicModel& topic, const PartitionModel& known, Offset offset) const;
  void CheckRecords(const TopicPartition& tp, PartitionModel& known, cluster::Partition& partition);
  void Settle(PartitionModel& known, const storage::LogOffsets& offsets);
  void CheckSearches(const TopicPartition& tp, const PartitionModel& known,
                     cluster::Partition& partition);
  void CheckFiles(cluster::Partition& partition);
  void CheckProducers(const TopicPartition& tp, const Uuid& topic_id, const PartitionModel& known);
  // groups
  void CheckCommits();

  Machine& machine_;
  Broker& broker_;
  Model& model_;
};

// Done or not done: both are right as long as nobody was told.
void Checker::ResolveChange(const cluster::MetadataImage& image) {
  if (!model_.change) return;
  const TopicChange change = std::move(*model_.change);
  model_.change.reset();
  const cluster::TopicImage* topic = image.FindTopic(change.name);
  switch (change.kind) {
    case TopicChange::Kind::kCreate:
      if (topic == nullptr) return;
      model_.topics[change.name] = change.after;
      model_.topics[change.name].id = topic->id;
      return;
    case TopicChange::Kind::kDelete:
      if (topic == nullptr) model_.Forget(change.name);
      return;
    case TopicChange::Kind::kGrow:
      if (topic != nullptr && topic->partitions.size() == change.after.partitions.size()) {
        model_.topics[change.name].partitions.resize(change.after.partitions.size());
      }
      return;
  }
}

void Checker::CheckTopics() {
  const auto image = broker_.cluster().Image();
  ResolveChange(*image);
  for (const auto& [name, topic] : model_.topics) {
    const cluster::TopicImage* found = image->FindTopic(name);
    Require(found != nullptr, "topic {} was created and is gone", name);
    Require(found->id == topic.id, "topic {} is another one", name);
    Require(found->partitions.size() == topic.partitions.size(),
            "topic {} has {} partitions, not {}", name, found->partitions.size(),
            topic.partitions.size());
    const auto configs = image->configs.find({cluster::ResourceType::kTopic, name});
    const bool expected = topic.retention_ms || topic.retention_bytes;
    Require(expected == (configs != image->configs.end() && configs->second.size() == 1),
            "topic {} lost or gained settings", name);
  }
  for (const auto& [name, topic] : image->topics) {
    if (cluster::IsInternalTopic(name)) continue;
    Require(model_.topics.contains(name), "topic {} came from nowhere, or was deleted", name);
  }
  Require(!model_.offsets_topic || image->FindTopic(cluster::kConsumerOffsetsTopic) != nullptr,
          "__consumer_offsets is gone");
}

void Checker::CheckDirectories() {
  const auto names = machine_.files.List(Broker::kDirectory);
  Require(names.has_value(), "the data directory cannot be listed");
  const auto image = broker_.cluster().Image();
  for (const std::string& name : *names) {
    Require(!storage::IsDeletedDirectory(name), "{} was not removed", name);
    const std::optional<TopicPartition> tp = storage::ParsePartitionDirectory(name);
    if (!tp || tp->topic == storage::kMetadataTopic) continue;
    const cluster::TopicImage* topic = image->FindTopic(tp->topic);
    Require(topic != nullptr && static_cast<size_t>(tp->partition) < topic->partitions.size(),
            "directory {} belongs to no topic", name);
  }
}

void Checker::CheckPartition(const TopicPartition& tp, const TopicModel& topic,
                             PartitionModel& known) {
  const auto partition = broker_.cluster().FindPartition(tp.topic, tp.partition);
  Require(partition != nullptr, "{} is not led", tp.ToString());
  const Status available = partition->log().Availability();
  Require(available.has_value(), "{} is offline: {}", tp.ToString(),
          available ? "" : available.error().message);
  const storage::LogOffsets offsets = partition->log().Offsets();
  CheckEnds(tp, topic, known, offsets);
  CheckRecords(tp, known, *partition);
  Settle(known, offsets);
  CheckSearches(tp, known, *partition);
  CheckFiles(*partition);
  CheckProducers(tp, topic.id, known);
}

void Checker::CheckEnds(const TopicPartition& tp, const TopicModel& topic, PartitionModel& known,
                        const storage::LogOffsets& offsets) {
  Require(offsets.log_start >= known.log_start, "{}: the log start went back from {} to {}",
          tp.ToString(), known.log_start, offsets.log_start);
  for (Offset offset = std::max(known.delete_before, known.log_start); offset < offsets.log_start;
       ++offset) {
    Require(MayBeRetired(topic, known, offset),
            "{}: the log starts at {}, but nobody deleted offset {}", tp.ToString(),
            offsets.log_start, offset);
  }
  Require(offsets.log_end >= known.durable_end,
          "{}: the log ends at {}, but everything below {} was promised", tp.ToString(),
          offsets.log_end, known.durable_end);
  Require(offsets.durable_end == offsets.log_end, "{}: {} to {} can be read but are not durable",
          tp.ToString(), offsets.durable_end, offsets.log_end);
}

bool Checker::MayBeRetired(const TopicModel& topic, const PartitionModel& known,
                           Offset offset) const {
  if (offset >= static_cast<Offset>(known.log.size())) return false;
  const LogRecord& record = known.log[static_cast<size_t>(offset)];
  if (topic.retention_ms && record.sent.timestamp + *topic.retention_ms < machine_.clock.WallMs()) {
    return true;
  }
  return topic.retention_bytes && known.largest_total - record.end_bytes >= *topic.retention_bytes;
}

void Checker::CheckRecords(const TopicPartition& tp, PartitionModel& known,
                           cluster::Partition& partition) {
  const storage::LogOffsets offsets = partition.log().Offsets();
  const Result<std::vector<ReadRecord>> read = ReadLog(broker_, partition);
  Require(read.has_value(), "{} cannot be read: {}", tp.ToString(),
          read ? "" : read.error().message);
  Require(static_cast<Offset>(read->size()) == offsets.log_end - offsets.log_start,
          "{}: {} records in [{}, {})", tp.ToString(), read->size(), offsets.log_start,
          offsets.log_end);
  // The batches whose write failed when the power did, in their order, whole.
  auto next = known.maybe.begin();
  for (Offset written; (written = static_cast<Offset>(known.log.size())) < offsets.log_end;) {
    const uint64_t first =
        (*read)[read->size() - static_cast<size_t>(offsets.log_end - written)].number;
    const auto batch = std::find_if(next, known.maybe.end(), [&](const SentBatch& sent) {
      return sent.records.front().number == first &&
             written + static_cast<Offset>(sent.records.size()) <= offsets.log_end;
    });
    Require(batch != known.maybe.end(), "{}: offsets {} to {} were never written", tp.ToString(),
            written, offsets.log_end - 1);
    for (const SentRecord& record : batch->records)
      known.log.push_back({record, known.total_bytes});
    next = batch + 1;
  }
  Offset offset = offsets.log_start;
  for (const ReadRecord& record : *read) {
    const LogRecord& expected = known.log[static_cast<size_t>(offset)];
    Require(record.offset == offset, "{}: offset {} follows {}", tp.ToString(), record.offset,
            offset - 1);
    Require(record.number == expected.sent.number && record.timestamp == expected.sent.timestamp,
            "{}: record {} at offset {}, where record {} was written", tp.ToString(), record.number,
            offset, expected.sent.number);
    ++offset;
  }
}

void Checker::Settle(PartitionModel& known, const storage::LogOffsets& offsets) {
  known.log.resize(static_cast<size_t>(offsets.log_end));
  // What was deleted before it was durable may be gone, and is written again then.
  known.numbers.clear();
  for (auto offset = static_cast<size_t>(offsets.log_start); offset < known.log.size(); ++offset) {
    known.numbers.insert(known.log[offset].sent.number);
  }
  known.total_bytes = known.log.empty() ? 0 : known.log.back().end_bytes;
  known.maybe.clear();
  known.log_start = offsets.log_start;
  known.durable_end = offsets.log_end;
}

void Checker::CheckSearches(const TopicPartition& tp, const PartitionModel& known,
                            cluster::Partition& partition) {
  const storage::LogOffsets offsets = partition.log().Offsets();
  for (Offset offset = offsets.log_start; offset < offsets.log_end; ++offset) {
    const TimestampMs timestamp = known.log[static_cast<size_t>(offset)].sent.timestamp;
    const auto first = std::find_if(
        known.log.begin() + static_cast<std::ptrdiff_t>(offsets.log_start), known.log.end(),
        [&](const LogRecord& record) { return record.sent.timestamp >= timestamp; });
    const Offset expected = first - known.log.begin();
    if (expected != offset) continue;  // asked before
    std::optional<Result<std::optional<storage::TimestampedOffset>>> found;
    partition.log().FindByTimestamp(timestamp, offsets.log_end,
                                    [&](auto result) { found = std::move(result); });
    broker_.RunAll();
    Require(found && found->has_value(), "{}: timestamp {} cannot be searched", tp.ToString(),
            timestamp);
    const Offset at = (*found)->value_or(storage::TimestampedOffset{}).offset;
    Require(at == expected, "{}: timestamp {} is found at offset {}, not {}", tp.ToString(),
            timestamp, at, expected);
  }
  if (offsets.log_end == offsets.log_start) return;
  const storage::EpochEnd end = partition.EndOfEpoch(partition.leader_epoch());
  Require(end.leader_epoch == partition.leader_epoch() && end.end_offset == offsets.log_end,
          "{}: leader epoch {} ends at {}, not {}", tp.ToString(), end.leader_epoch, end.end_offset,
          offsets.log_end);
}

void Checker::CheckFiles(cluster::Partition& partition) {
  class Sink final : public storage::VerifySink {
   public:
    void OnAnomaly(storage::Anomaly anomaly) override {
      throw Violation(fmt::format("{}: {} at position {}: {}", anomaly.file,
                                  storage::AnomalyName(anomaly.kind), anomaly.position,
                                  anomaly.message));
    }
    void OnProgress(const storage::VerifyProgress&) override {}
  };
  const Result<storage::LogFiles> log = partition.log().Files();
  Require(log.has_value(), "a log has no files");
  const auto files = storage::ListPartitionFiles(machine_.files, *log);
  Require(files.has_value(), "{} cannot be listed", log->directory);
  Sink sink;
  storage::VerifyTotals totals;
  const Status verified = storage::VerifyPartition(machine_.files, *files, {}, {}, sink, totals);
  Require(verified.has_value(), "{} cannot be verified", log->directory);
}

// The newest batch that is there must be known: its producer may be about to send it again.
void Checker::CheckProducers(const TopicPartition& tp, const Uuid& topic_id,
                             const PartitionModel& known) {
  for (const ProducerModel& producer : model_.producers) {
    const auto stream = producer.streams.find({topic_id, tp.partition});
    if (stream == producer.streams.end()) continue;
    std::vector<ProducerModel::Sent> sent(stream->second.acknowledged.begin(),
                                          stream->second.acknowledged.end());
    for (const ProducerModel::Sent& waiting : stream->second.waiting) {
      if (known.numbers.contains(waiting.batch.records.front().number)) sent.push_back(waiting);
    }
    if (sent.empty()) continue;
    for (const ProducerModel::Sent& earlier : sent) {
      const auto at = std::ranges::find_if(known.log, [&](const LogRecord& record) {
        return record.sent.number == earlier.batch.records.front().number;
      });
      const Offset expected = at - known.log.begin();
      const bool newest = &earlier == &sent.back();
      // With its records, a producer may be forgotten.
      if (expected < known.log_start) continue;
      std::optional<ProduceAnswer> answer;
      services::ProduceRun run;
      Produce(broker_, run, tp, -1, EncodeBatch(earlier.batch, producer.id),
              [&](ProduceAnswer given) { answer = given; });
      run.Commit();
      broker_.RunAll();
      Require(answer.has_value(), "{}: no answer to a duplicate", tp.ToString());
      const Offset end =
          broker_.cluster().FindPartition(tp.topic, tp.partition)->log().Offsets().log_end;
      Require(end == static_cast<Offset>(known.log.size()), "{}: a duplicate was written",
              tp.ToString());
      Require(answer->error != ErrorCode::kNone || answer->base_offset == expected,
              "{}: a duplicate is said to be at offset {}, not {}", tp.ToString(),
              answer->base_offset, expected);
      Require(!newest || answer->error == ErrorCode::kNone,
              "{}: the last batch of producer {} (sequence {}, offset {}) is not known: error {}",
              tp.ToString(), producer.id, earlier.batch.base_sequence, expected,
              static_cast<int>(answer->error));
    }
  }
}

void Checker::CheckCommits() {
  if (!model_.offsets_topic) return;
  for (auto& [key, known] : model_.commits) {
    const auto& [group, tp] = key;
    const auto topic = model_.topics.find(tp.topic);
    if (topic == model_.topics.end()) continue;
    const Result<Offset> committed = FetchOffset(broker_, group, tp);
    Require(committed.has_value(), "the offset of {} for {} cannot be had: error {}", group,
            tp.ToString(), committed ? 0 : static_cast<int>(committed.error().code));
    Require(!known.promised || *committed >= *known.promised,
            "the offset of {} for {} went back from {} to {}", group, tp.ToString(),
            known.promised.value_or(-1), *committed);
    Require(*committed == kNoOffset || known.attempted.contains(*committed),
            "offset {} of {} for {} was never committed", *committed, group, tp.ToString());
    if (*committed != kNoOffset) known.promised = *committed;
  }
}

}  // namespace

void CheckPromises(Machine& machine, Broker& broker, Model& model) {
  Checker(machine, broker, model).Run();
}

}  // namespace monkafka::simulation
