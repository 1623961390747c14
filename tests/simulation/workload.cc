#include "simulation/workload.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>

#include "services/delete_records.h"
#include "services/produce_run.h"
#include "simulation/violation.h"

namespace monkafka::simulation {
namespace {

constexpr size_t kMaxTopics = 3;
constexpr size_t kMaxProducers = 2;
constexpr size_t kMaxInFlight = 5;
constexpr int kMaxPartitions = 3;

}  // namespace

// A partition, and which topic of that name it is.
struct Workload::Place {
  TopicPartition tp;
  Uuid topic_id;
};

Workload::Next Workload::Step(Broker& broker) {
  const uint64_t die = Below(100);
  if (die < 24) {
    ProduceTogether(broker, 1);
  } else if (die < 44) {
    ProduceTogether(broker, 1 + Below(5));
  } else if (die < 60) {
    broker.RunAll();
  } else if (die < 70) {
    broker.Advance(std::chrono::milliseconds(200 + Below(3000)));
  } else if (die < 73) {
    Flush(broker);
  } else if (die < 78) {
    DeleteRecords(broker);
  } else if (die < 88) {
    Commit(broker);
  } else if (die < 92) {
    CreateTopic(broker);
  } else if (die < 94) {
    DeleteTopic(broker);
  } else if (die < 96) {
    GrowTopic(broker);
  } else if (die < 98) {
    return Next::kRestart;
  } else {
    return Next::kKill;
  }
  Observe(broker);
  return Next::kGoOn;
}

std::optional<Workload::Place> Workload::Anywhere() {
  std::vector<Place> places;
  for (const auto& [name, topic] : model_.topics) {
    if (model_.change && model_.change->name == name) continue;
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      places.push_back({{name, static_cast<int32_t>(i)}, topic.id});
    }
  }
  const uint64_t choice = Below(1000);
  if (places.empty()) return std::nullopt;
  return places[choice % places.size()];
}

SentBatch Workload::MakeBatch() {
  SentBatch batch;
  const uint64_t count = 1 + Below(4);
  for (uint64_t i = 0; i < count; ++i) {
    batch.records.push_back({model_.next_number++, machine_.clock.WallMs()});
  }
  batch.padding = static_cast<int32_t>(Below(10) == 0 ? 200 : Below(40));
  return batch;
}

// What a log says of itself is a promise, too.
void Workload::Observe(Broker& broker) {
  if (machine_.files.crashed()) return;
  for (auto& [name, topic] : model_.topics) {
    for (size_t i = 0; i < topic.partitions.size(); ++i) {
      const auto partition = broker.cluster().FindPartition(name, static_cast<int32_t>(i));
      if (!partition || !partition->log().Availability()) continue;
      PartitionModel& known = topic.partitions[i];
      const storage::LogOffsets offsets = partition->log().Offsets();
      Require(offsets.log_start >= known.log_start, "{}-{}: the log start went from {} to {}", name,
              i, known.log_start, offsets.log_start);
      known.log_start = offsets.log_start;
      known.durable_end = std::max(known.durable_end, offsets.durable_end);
      Require(offsets.log_end == static_cast<Offset>(known.log.size()),
              "{}-{}: the log ends at {}, and {} records were written", name, i, offsets.log_end,
              known.log.size());
    }
  }
}

// Produce requests that arrive together.
struct Workload::Run {
  // An answer that comes inline is looked at when the model knows what was written.
  struct Waiting {
    std::function<void(ProduceAnswer)> done;
    std::optional<ProduceAnswer> early;
    bool settled = false;
  };
  struct Sent {
    Place place;
    std::shared_ptr<cluster::Partition> partition;
    SentBatch batch;
    int64_t size = 0;
    std::shared_ptr<Waiting> waiting;

    bool Failed() const { return waiting->early && waiting->early->error != ErrorCode::kNone; }
  };

  services::ProduceRun requests;
  std::vector<Sent> sent;
};

void Workload::Send(Broker& broker, Run& run, const Place& place, int16_t acks,
                    const SentBatch& batch, ProducerId producer_id,
                    std::function<void(ProduceAnswer)> done) {
  const auto partition = broker.cluster().FindPartition(place.tp.topic, place.tp.partition);
  if (!partition) return done({ErrorCode::kUnknownTopicOrPartition, kNoOffset});
  auto waiting = std::make_shared<Run::Waiting>();
  waiting->done = std::move(done);
  std::vector<uint8_t> bytes = EncodeBatch(batch, producer_id);
  run.sent.push_back({place, partition, batch, static_cast<int64_t>(bytes.size()), waiting});
  Produce(broker, run.requests, place.tp, acks, std::move(bytes), [waiting](ProduceAnswer answer) {
    if (!waiting->settled) {
      waiting->early = answer;
    } else {
      waiting->done(answer);
    }
  });
}

void Workload::Settle(Run& run) {
  std::map<cluster::Partition*, Offset> ends;
  for (const Run::Sent& sent : run.sent) {
    ends[sent.partition.get()] = sent.partition->log().Offsets().log_end;
  }
  run.requests.Commit();
  for (const Run::Sent& sent : run.sent) {
    Offset& end = ends[sent.partition.get()];
    const Offset left = sent.partition->log().Offsets().log_end - end;
    const auto count = static_cast<Offset>(sent.batch.records.size());
    // A log that went offline has what came before; one that did not has what it did not refuse.
    // (What is sent again is sent alone, and need not be written again.)
    const bool written = run.sent.size() > 1 && sent.partition->log().Availability()
                             ? !sent.Failed()
                             : left >= count;
    PartitionModel* known = model_.Find(sent.place.topic_id, sent.place.tp.partition);
    if (written) end += count;
    if (known == nullptr) continue;
    if (written) {
      NoteWritten(*known, sent.place.tp, sent.batch, sent.size);
    } else {
      known->maybe.push_back(sent.batch);
    }
  }
  for (const auto& [partition, end] : ends) {
    Require(partition->log().Offsets().log_end == end, "{}: the log ends at {}, and not at {}",
            partition->topic_partition().ToString(), partition->log().Offsets().log_end, end);
  }
  for (const Run::Sent& sent : run.sent) {
    sent.waiting->settled = true;
    if (sent.waiting->early) sent.waiting->done(*sent.waiting->early);
  }
}

void Workload::NoteWritten(PartitionModel& known, const TopicPartition& tp, const SentBatch& batch,
                           int64_t size) {
  known.total_bytes += size;
  known.largest_total = std::max(known.largest_total, known.total_bytes);
  for (const SentRecord& record : batch.records) {
    Require(known.numbers.insert(record.number).second, "{}: record {} was written twice",
            tp.ToString(), record.number);
    known.log.push_back({record, known.total_bytes});
  }
}

void Workload::OnAcknowledged(const Place& place, const SentBatch& batch, Offset base_offset,
                              bool durable) {
  PartitionModel* known = model_.Find(place.topic_id, place.tp.partition);
  if (known == nullptr) return;
  const Offset end = base_offset + static_cast<Offset>(batch.records.size());
  Require(base_offset >= 0 && end <= static_cast<Offset>(known->log.size()),
          "{}: acknowledged at offset {}, but the log ends at {}", place.tp.ToString(), base_offset,
          known->log.size());
  for (size_t i = 0; i < batch.records.size(); ++i) {
    const uint64_t there = known->log[static_cast<size_t>(base_offset) + i].sent.number;
    Require(there == batch.records[i].number,
            "{}: record {} was acknowledged at offset {}, where record {} is", place.tp.ToString(),
            batch.records[i].number, base_offset + static_cast<Offset>(i), there);
  }
  if (durable) known->durable_end = std::max(known->durable_end, end);
}

void Workload::ProduceTogether(Broker& broker, uint64_t requests) {
  Run run;
  for (uint64_t i = 0; i < requests; ++i) {
    const uint64_t die = Below(11);
    if (die < 6) {
      ProduceIdempotent(broker, run);
    } else {
      ProducePlain(broker, run, die < 9 ? 1 : -1);
    }
  }
  Settle(run);
}

void Workload::ProducePlain(Broker& broker, Run& run, int16_t acks) {
  const std::optional<Place> place = Anywhere();
  const SentBatch batch = MakeBatch();
  if (!place) return;
  Send(broker, run, *place, acks, batch, kNoProducerId,
       [this, place = *place, batch, acks](ProduceAnswer answer) {
         if (answer.error == ErrorCode::kNone) {
           OnAcknowledged(place, batch, answer.base_offset, acks == -1);
         } else if (model_.Find(place.topic_id, place.tp.partition) != nullptr) {
           Require(Faulty() || model_.change, "{}: produce was answered with error {}",
                   place.tp.ToString(), static_cast<int>(answer.error));
         }
       });
}

void Workload::ProduceIdempotent(Broker& broker, Run& run) {
  if (model_.producers.size() < kMaxProducers) NewProducer(broker);
  const std::optional<Place> place = Anywhere();
  SentBatch batch = MakeBatch();
  const uint64_t choice = Below(kMaxProducers);
  if (!place || model_.producers.empty()) return;
  const size_t producer = choice % model_.producers.size();
  auto& stream = model_.producers[producer].streams[{place->topic_id, place->tp.partition}];
  const bool alone = run.sent.empty();  // else it may be the run that one must wait for
  if (stream.in_doubt && alone) {
    broker.RunAll();
    return Resend(broker, producer, *place);
  }
  if (stream.waiting.size() >= kMaxInFlight && alone) broker.RunAll();
  if (stream.in_doubt || stream.waiting.size() >= kMaxInFlight) return;
  batch.base_sequence = stream.next_sequence;
  stream.next_sequence += static_cast<int32_t>(batch.records.size());
  stream.waiting.push_back({batch, kNoOffset});
  SendFrom(broker, run, producer, *place, batch);
}

void Workload::SendFrom(Broker& broker, Run& run, size_t producer, const Place& place,
                        const SentBatch& batch) {
  const auto on_answer = [this, producer, place, batch](ProduceAnswer answer) {
    PartitionModel* known = model_.Find(place.topic_id, place.tp.partition);
    if (known == nullptr) return;
    auto& stream = model_.producers[producer].streams[{place.topic_id, place.tp.partition}];
    const auto waiting = std::ranges::find_if(stream.waiting, [&](const auto& sent) {
      return sent.batch.base_sequence == batch.base_sequence;
    });
    if (waiting == stream.waiting.end()) return;
    const bool sequence = answer.error == ErrorCode::kOutOfOrderSequenceNumber ||
                          answer.error == ErrorCode::kDuplicateSequenceNumber;
    // A snapshot keeps a producer's last batch alone, as Kafka's does: an older one, which is there
    // but not known any more, is refused.
    const bool there = known->numbers.contains(batch.records.front().number);
    if (answer.error == ErrorCode::kNone) {
      OnAcknowledged(place, batch, answer.base_offset, /*durable=*/true);
      stream.acknowledged.push_back({batch, answer.base_offset});
      if (stream.acknowledged.size() > 5) stream.acknowledged.pop_front();
      stream.waiting.erase(waiting);
    } else if (sequence && there && stream.in_doubt) {
      stream.waiting.erase(waiting);
    } else {
      Require(Faulty() || stream.in_doubt || model_.change,
              "{}: a batch of producer {} with sequence {} was answered with error {}",
              place.tp.ToString(), model_.producers[producer].id, batch.base_sequence,
              static_cast<int>(answer.error));
      stream.in_doubt = true;
    }
  };
  Send(broker, run, place, -1, batch, model_.producers[producer].id, on_answer);
}

void Workload::Resend(Broker& broker, size_t producer, const Place& place) {
  auto& stream = model_.producers[producer].streams[{place.topic_id, place.tp.partition}];
  stream.in_doubt = true;
  const std::deque<ProducerModel::Sent> again = stream.waiting;
  for (const ProducerModel::Sent& sent : again) {
    const size_t before = stream.waiting.size();
    Run alone;
    SendFrom(broker, alone, producer, place, sent.batch);
    Settle(alone);
    broker.RunAll();
    if (stream.waiting.size() == before) break;
  }
  stream.in_doubt = !stream.waiting.empty();
  Require(!stream.in_doubt || Faulty(), "{}: producer {} cannot go on at sequence {}",
          place.tp.ToString(), model_.producers[producer].id,
          stream.in_doubt ? stream.waiting.front().batch.base_sequence : -1);
}

void Workload::Reconnect(Broker& broker) {
  for (size_t producer = 0; producer < model_.producers.size(); ++producer) {
    for (const auto& [name, topic] : model_.topics) {
      for (size_t i = 0; i < topic.partitions.size(); ++i) {
        const Place place{{name, static_cast<int32_t>(i)}, topic.id};
        if (!model_.producers[producer].streams.contains({topic.id, place.tp.partition})) continue;
        Resend(broker, producer, place);
      }
    }
  }
  Observe(broker);
}

void Workload::NewProducer(Broker& broker) {
  broker.cluster().NextProducerId([this](Result<ProducerId> id) {
    if (!id) return;
    for (const ProducerModel& other : model_.producers) {
      Require(other.id != *id, "producer id {} was given out twice", *id);
    }
    model_.producers.emplace_back().id = *id;
  });
  broker.RunAll();
}

void Workload::Commit(Broker& broker) {
  const std::optional<Place> place = Anywhere();
  const std::string group = "group-" + std::to_string(Below(3));
  const auto step = static_cast<Offset>(1 + Below(5));
  if (!place) return;
  if (!model_.offsets_topic) {
    broker.topics().CreateIfMissing(cluster::kConsumerOffsetsTopic, [this](Status status) {
      model_.offsets_topic |= status.has_value();
    });
    broker.RunAll();
    if (!model_.offsets_topic) return;
  }
  const std::pair key(group, place->tp);
  CommitModel& known = model_.commits[key];
  const Offset offset = known.attempted.empty() ? step : *known.attempted.rbegin() + step;
  known.attempted.insert(offset);
  CommitOffset(broker, group, place->tp, offset,
               [this, key, place = *place, offset](ErrorCode error) {
                 const auto topic = model_.topics.find(place.tp.topic);
                 if (topic == model_.topics.end() || topic->second.id != place.topic_id) return;
                 if (error == ErrorCode::kNone) {
                   CommitModel& committed = model_.commits[key];
                   committed.promised = std::max(committed.promised.value_or(0), offset);
                 } else {
                   Require(Faulty() || model_.change, "a commit was answered with error {}",
                           static_cast<int>(error));
                 }
               });
}

void Workload::Flush(Broker& broker) {
  const std::optional<Place> place = Anywhere();
  if (!place) return;
  const auto partition = broker.cluster().FindPartition(place->tp.topic, place->tp.partition);
  if (!partition) return;
  const Offset end = partition->log().Offsets().log_end;
  partition->log().Flush([this, place = *place, end](const Status& status) {
    PartitionModel* known = model_.Find(place.topic_id, place.tp.partition);
    if (known != nullptr && status) known->durable_end = std::max(known->durable_end, end);
  });
}

void Workload::DeleteRecords(Broker& broker) {
  const std::optional<Place> place = Anywhere();
  const uint64_t choice = Below(1000);
  if (!place) return;
  PartitionModel* known = model_.Find(place->topic_id, place->tp.partition);
  const auto end = static_cast<Offset>(known->log.size());
  const Offset before =
      known->log_start + static_cast<Offset>(choice) % (end - known->log_start + 1);
  known->delete_before = std::max(known->delete_before, before);
  services::DeleteRecords(
      broker.cluster(), {{place->tp, before}}, /*validate_only=*/false,
      [this, place = *place, before](std::vector<services::DeletedRecords> answers) {
        PartitionModel* log = model_.Find(place.topic_id, place.tp.partition);
        if (log == nullptr) return;
        const services::DeletedRecords& answer = answers.at(0);
        if (answer.error == ErrorCode::kNone) {
          Require(answer.low_watermark >= before, "{}: records below {} were deleted, not below {}",
                  place.tp.ToString(), answer.low_watermark, before);
          log->log_start = std::max(log->log_start, answer.low_watermark);
        } else {
          Require(Faulty() || model_.change, "{}: DeleteRecords was answered with error {}: {}",
                  place.tp.ToString(), static_cast<int>(answer.error), answer.message);
        }
      });
}

void Workload::CreateTopic(Broker& broker) {
  const std::string name = "topic-" + std::to_string(Below(kMaxTopics));
  const auto partitions = static_cast<int32_t>(1 + Below(2));
  const uint64_t retention = Below(3);
  if (model_.change || model_.topics.contains(name)) return;
  TopicChange change{TopicChange::Kind::kCreate, name, {}};
  change.after.partitions.resize(static_cast<size_t>(partitions));
  services::NewTopic topic{name, partitions, 1, {}, {}};
  if (retention == 1) {
    change.after.retention_ms = 8000;
    topic.configs.emplace_back("retention.ms", "8000");
  } else if (retention == 2) {
    change.after.retention_bytes = 4000;
    topic.configs.emplace_back("retention.bytes", "4000");
  }
  model_.change = std::move(change);
  broker.topics().Create({std::move(topic)}, false,
                         [this](std::vector<services::CreatedTopic> answers) {
                           if (answers.at(0).error != ErrorCode::kNone) return;
                           model_.change->after.id = answers.at(0).id;
                           model_.topics[model_.change->name] = model_.change->after;
                           model_.change.reset();
                         });
  broker.RunAll();
  Require(!model_.change || Faulty(), "topic {} was not created", name);
}

void Workload::DeleteTopic(Broker& broker) {
  const std::optional<Place> place = Anywhere();
  if (!place || model_.change) return;
  model_.change = TopicChange{TopicChange::Kind::kDelete, place->tp.topic, {}};
  services::TopicReference reference;
  reference.name = place->tp.topic;
  broker.topics().Delete({std::move(reference)}, false,
                         [this](std::vector<services::DeletedTopic> answers) {
                           if (answers.at(0).error != ErrorCode::kNone) return;
                           model_.Forget(model_.change->name);
                           model_.change.reset();
                         });
  broker.RunAll();
  Require(!model_.change || Faulty(), "topic {} was not deleted", place->tp.topic);
}

void Workload::GrowTopic(Broker& broker) {
  const std::optional<Place> place = Anywhere();
  if (!place || model_.change) return;
  const TopicModel& topic = model_.topics[place->tp.topic];
  if (topic.partitions.size() >= kMaxPartitions) return;
  const size_t count = topic.partitions.size() + 1;
  TopicChange change{TopicChange::Kind::kGrow, place->tp.topic, {}};
  change.after.partitions.resize(count);
  model_.change = std::move(change);
  broker.topics().CreatePartitions({{place->tp.topic, static_cast<int32_t>(count)}}, false,
                                   [this, count](std::vector<services::TopicResult> answers) {
                                     if (answers.at(0).error != ErrorCode::kNone) return;
                                     model_.topics[model_.change->name].partitions.resize(count);
                                     model_.change.reset();
                                   });
  broker.RunAll();
  Require(!model_.change || Faulty(), "topic {} did not grow", place->tp.topic);
}

}  // namespace monkafka::simulation
