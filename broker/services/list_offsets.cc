#include "services/list_offsets.h"

#include <atomic>
#include <set>
#include <utility>

#include "services/offset_lookup.h"
#include "services/partition_lookup.h"
#include "services/segment_offsets.h"

namespace monkafka::services {
namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

constexpr int32_t kConsumer = -1;  // replica_id

// The version that brought the meaning; version 1 knew the first two.
bool IsSupported(TimestampMs timestamp, int16_t version) {
  if (timestamp >= 0) return true;
  switch (static_cast<OffsetSpec>(timestamp)) {
    case OffsetSpec::kLatest:
    case OffsetSpec::kEarliest:
      return true;
    case OffsetSpec::kMaxTimestamp:
      return version >= 7;
    case OffsetSpec::kEarliestLocal:
      return version >= 8;
    case OffsetSpec::kLatestTiered:
      return version >= 9;
    case OffsetSpec::kEarliestPendingUpload:
      return version >= 11;
  }
  return false;
}

// A request whose searches have not all completed.
struct Pending {
  ListOffsetsResponse response;
  std::atomic<size_t> open{1};  // searches, and one while they are started
  Callback<ListOffsetsResponse> done;

  // Partitions are filled by different threads, each its own; the last to come answers.
  void Finish() {
    if (open.fetch_sub(1, std::memory_order_acq_rel) == 1) done(std::move(response));
  }
};

void FindSegmentOffsets(const std::shared_ptr<Pending>& pending, storage::PartitionLog& log,
                        const ListOffsetsRequest::Partition& asked,
                        ListOffsetsResponse::Partition& answer) {
  pending->open.fetch_add(1, std::memory_order_relaxed);
  log.ListSegmentOffsets(
      [pending, &answer, timestamp = asked.timestamp,
       max_offsets = asked.max_num_offsets](Result<std::vector<storage::SegmentOffset>> segments) {
        Result<std::vector<Offset>> found = std::vector<Offset>();
        if (segments) {
          found = SelectSegmentOffsets(*segments, timestamp, max_offsets);
        } else {
          found = Forward(std::move(segments));
        }
        if (found) {
          answer.old_style_offsets = *std::move(found);
        } else {
          answer.error_code = found.error().code;
        }
        pending->Finish();
      });
}

void Start(const std::shared_ptr<Pending>& pending,
           const std::shared_ptr<cluster::Partition>& partition, TimestampMs timestamp,
           bool read_committed, ListOffsetsResponse::Partition& answer) {
  pending->open.fetch_add(1, std::memory_order_relaxed);
  FindOffset(partition, timestamp, read_committed,
             [pending, &answer](Result<storage::TimestampedOffset> found) {
               if (!found) {
                 answer.error_code = found.error().code;
               } else {
                 answer.timestamp = found->timestamp;
                 answer.offset = found->offset;
                 answer.leader_epoch = found->leader_epoch;
               }
               pending->Finish();
             });
}

using Key = std::pair<std::string_view, int32_t>;

// What the request names more than once.
std::set<Key> Repeated(const ListOffsetsRequest& request) {
  std::set<Key> seen, repeated;
  for (const ListOffsetsRequest::Topic& topic : request.topics) {
    for (const ListOffsetsRequest::Partition& partition : topic.partitions) {
      const Key key(topic.name, partition.partition_index);
      if (!seen.insert(key).second) repeated.insert(key);
    }
  }
  return repeated;
}

std::shared_ptr<Pending> MakePending(const ListOffsetsRequest& request,
                                     Callback<ListOffsetsResponse> done) {
  auto pending = std::make_shared<Pending>();
  pending->done = std::move(done);
  for (const ListOffsetsRequest::Topic& topic : request.topics) {
    ListOffsetsResponse::Topic& answers = pending->response.topics.emplace_back();
    answers.name = topic.name;
    for (const ListOffsetsRequest::Partition& partition : topic.partitions) {
      answers.partitions.emplace_back().partition_index = partition.partition_index;
    }
  }
  return pending;
}

}  // namespace

void ListOffsetsService::ListOffsets(const ListOffsetsRequest& request, int16_t version,
                                     Callback<ListOffsetsResponse> done) {
  const std::shared_ptr<Pending> pending = MakePending(request, std::move(done));
  const std::set<Key> repeated = version > 0 ? Repeated(request) : std::set<Key>();
  const bool read_committed = request.replica_id == kConsumer && request.isolation_level == 1;
  for (size_t t = 0; t < request.topics.size(); ++t) {
    const ListOffsetsRequest::Topic& topic = request.topics[t];
    for (size_t p = 0; p < topic.partitions.size(); ++p) {
      const ListOffsetsRequest::Partition& asked = topic.partitions[p];
      ListOffsetsResponse::Partition& answer = pending->response.topics[t].partitions[p];
      if (repeated.contains({topic.name, asked.partition_index})) {
        answer.error_code = ErrorCode::kInvalidRequest;
      } else if (version > 0 && !IsSupported(asked.timestamp, version)) {
        answer.error_code = ErrorCode::kUnsupportedVersion;
      } else {
        const LedPartition led = FindLed(cluster_, topic.name, asked.partition_index);
        answer.error_code =
            led ? (*led)->CheckLeaderEpoch(asked.current_leader_epoch) : led.error();
        if (!led || answer.error_code != ErrorCode::kNone) continue;
        if (version == 0) {
          FindSegmentOffsets(pending, (*led)->log(), asked, answer);
        } else {
          Start(pending, *led, asked.timestamp, read_committed, answer);
        }
      }
    }
  }
  pending->Finish();
}

}  // namespace monkafka::services
