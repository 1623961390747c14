#include <map>
#include <utility>

#include "admin/listing.h"
#include "admin/port/offsets.h"
#include "admin/services/convert.h"
#include "admin/services/services.h"
#include "admin/services/watch.h"
#include "monkafka/admin/v1/offsets.pb.h"

namespace monkafka::admin {
namespace {

void Fill(const PartitionOffsets& info, v1::PartitionOffsets& out) {
  out.set_topic(info.topic);
  out.set_partition(info.partition);
  out.set_log_start_offset(info.log_start_offset);
  out.set_last_stable_offset(info.last_stable_offset);
  out.set_high_watermark(info.high_watermark);
  out.set_log_end_offset(info.log_end_offset);
  out.set_durable_end_offset(info.durable_end_offset);
  out.set_size_bytes(info.size_bytes);
  *out.mutable_rates() = ToProto(info.rates);
  out.set_leader_epoch(info.leader_epoch);
  out.set_offline_reason(info.offline_reason);
}

Outcome<v1::ListOffsetsResponse> ListOffsets(OffsetsPort& port,
                                             const v1::ListOffsetsRequest& request) {
  std::vector<std::string> topics;
  if (!request.topic().empty()) topics.push_back(request.topic());
  Outcome<std::vector<PartitionOffsets>> offsets = port.Snapshot(topics);
  if (!offsets) return std::unexpected(std::move(offsets).error());
  v1::ListOffsetsResponse response;
  for (const PartitionOffsets& partition : *offsets) Fill(partition, *response.add_offsets());
  return ListAll(request, std::move(response), &v1::ListOffsetsResponse::mutable_offsets,
                 "topic, partition");
}

Outcome<OffsetSpec> SpecOf(const v1::FindOffsetsRequest& request) {
  if (request.has_timestamp_ms()) {
    if (request.spec() != v1::OFFSET_SPEC_UNSPECIFIED) {
      return FailField("spec", "not together with timestamp_ms");
    }
    if (request.timestamp_ms() < 0) return FailField("timestamp_ms", "negative");
    return OffsetSpec::kTimestamp;
  }
  switch (request.spec()) {
    case v1::OFFSET_SPEC_EARLIEST:
      return OffsetSpec::kEarliest;
    case v1::OFFSET_SPEC_LATEST:
      return OffsetSpec::kLatest;
    case v1::OFFSET_SPEC_LAST_STABLE:
      return OffsetSpec::kLastStable;
    case v1::OFFSET_SPEC_MAX_TIMESTAMP:
      return OffsetSpec::kMaxTimestamp;
    default:
      return FailField("spec", "one of the specs, or timestamp_ms, is required");
  }
}

Outcome<v1::FindOffsetsResponse> FindOffsets(OffsetsPort& port,
                                             const v1::FindOffsetsRequest& request,
                                             const Call& call) {
  if (auto named = RequireText(request.topic(), "topic"); !named) {
    return std::unexpected(std::move(named).error());
  }
  Outcome<OffsetSpec> spec = SpecOf(request);
  if (!spec) return std::unexpected(std::move(spec).error());
  const std::vector<int32_t> partitions(request.partitions().begin(), request.partitions().end());
  Outcome<std::vector<FoundOffset>> found =
      port.Find(request.topic(), partitions, *spec, request.timestamp_ms(), call.stop_token());
  if (!found) return std::unexpected(std::move(found).error());
  v1::FindOffsetsResponse response;
  for (const FoundOffset& offset : *found) {
    v1::FoundOffset& added = *response.add_offsets();
    added.set_topic(request.topic());
    added.set_partition(offset.partition);
    added.set_offset(offset.offset);
    added.set_timestamp_ms(offset.timestamp_ms);
    added.set_leader_epoch(offset.leader_epoch);
  }
  return response;
}

// What the receiver knows, so that only what changed is sent.
class OffsetsWatch {
 public:
  OffsetsWatch(OffsetsPort& port, const v1::WatchOffsetsRequest& request)
      : port_(port), topics_(request.topics().begin(), request.topics().end()) {}

  Outcome<void> Look(Call& call) {
    Outcome<std::vector<PartitionOffsets>> now = port_.Snapshot(topics_);
    if (!now) return std::unexpected(std::move(now).error());
    v1::WatchOffsetsResponse response;
    v1::OffsetsUpdate& update = *response.mutable_update();
    ++look_;
    for (const PartitionOffsets& partition : *now) Compare(partition, update);
    for (auto known = known_.begin(); known != known_.end();) {
      if (known->second.seen == look_) {
        ++known;
        continue;
      }
      v1::TopicPartition& removed = *update.add_removed();
      removed.set_topic(known->first.first);
      removed.set_partition(known->first.second);
      known = known_.erase(known);
    }
    if (look_ == 1 || !update.offsets().empty() || !update.removed().empty()) {
      call.Offer(SerializeMessage(response));
    }
    return {};
  }

 private:
  struct Known {
    std::string message;  // serialized
    int64_t seen = 0;     // at which look
  };

  void Compare(const PartitionOffsets& partition, v1::OffsetsUpdate& update) {
    v1::PartitionOffsets message;
    Fill(partition, message);
    Known& known = known_[{partition.topic, partition.partition}];
    known.seen = look_;
    std::string bytes = message.SerializeAsString();
    if (bytes == known.message) return;
    known.message = std::move(bytes);
    *update.add_offsets() = std::move(message);
  }

  OffsetsPort& port_;
  const std::vector<std::string> topics_;
  std::map<std::pair<std::string, int32_t>, Known> known_;
  int64_t look_ = 0;
};

}  // namespace

void AddOffsets(MethodTable& table, OffsetsPort& port, const Runtime& runtime) {
  const std::string service = "/monkafka.admin.v1.OffsetsService/";
  table.AddRead<v1::ListOffsetsRequest>(
      service + "ListOffsets", Role::kViewer,
      [&port](const auto& request, Call&) { return ListOffsets(port, request); });
  table.AddRead<v1::FindOffsetsRequest>(
      service + "FindOffsets", Role::kViewer,
      [&port](const auto& request, Call& call) { return FindOffsets(port, request, call); });
  table.AddWatch<v1::WatchOffsetsRequest>(
      service + "WatchOffsets", Role::kViewer, RunsOn::kUnaryThread,
      [&port, runtime](const CallPtr& call, const v1::WatchOffsetsRequest& request) {
        StartUpdates<v1::WatchOffsetsResponse>(call, runtime, request,
                                               std::make_shared<OffsetsWatch>(port, request));
      });
}

}  // namespace monkafka::admin
