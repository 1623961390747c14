#include "services/list_offsets.h"

#include <atomic>
#include <set>
#include <utility>

#include "services/partition_lookup.h"

namespace monkafka::services {
namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;
using Found = Result<std::optional<storage::TimestampedOffset>>;

constexpr int32_t kConsumer = -1;  // replica_id

// The version that brought the meaning; versions 0 and 1 knew the first two.
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

class Search {
 public:
  Search(std::shared_ptr<Pending> pending, ListOffsetsResponse::Partition& answer, Offset bound)
      : pending_(std::move(pending)), answer_(answer), bound_(bound) {}

  void operator()(Found found) {
    if (!found) {
      answer_.error_code = found.error().code;
    } else if (*found && (*found)->offset < bound_) {
      answer_.timestamp = (*found)->timestamp;
      answer_.offset = (*found)->offset;
      answer_.leader_epoch = (*found)->leader_epoch;
    }
    pending_->Finish();
  }

 private:
  std::shared_ptr<Pending> pending_;
  ListOffsetsResponse::Partition& answer_;
  Offset bound_;
};

void Start(const std::shared_ptr<Pending>& pending, cluster::Partition& partition,
           TimestampMs timestamp, bool read_committed, ListOffsetsResponse::Partition& answer) {
  storage::PartitionLog& log = partition.log();
  const storage::LogOffsets offsets = log.Offsets();
  const Offset bound = read_committed ? offsets.last_stable : offsets.log_end;
  if (timestamp < 0) {
    switch (static_cast<OffsetSpec>(timestamp)) {
      case OffsetSpec::kLatest:
        answer.offset = bound;
        answer.leader_epoch = partition.leader_epoch();
        return;
      case OffsetSpec::kEarliest:
      case OffsetSpec::kEarliestLocal:
        answer.offset = offsets.log_start;
        answer.leader_epoch = log.EpochAt(offsets.log_start).value_or(kNoEpoch);
        return;
      case OffsetSpec::kMaxTimestamp:
        pending->open.fetch_add(1, std::memory_order_relaxed);
        return log.FindMaxTimestamp(Search(pending, answer, bound));
      case OffsetSpec::kLatestTiered:
      case OffsetSpec::kEarliestPendingUpload:
        return;
    }
  }
  pending->open.fetch_add(1, std::memory_order_relaxed);
  log.FindByTimestamp(timestamp, bound, Search(pending, answer, bound));
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
  const std::set<Key> repeated = Repeated(request);
  const bool read_committed = request.replica_id == kConsumer && request.isolation_level == 1;
  for (size_t t = 0; t < request.topics.size(); ++t) {
    const ListOffsetsRequest::Topic& topic = request.topics[t];
    for (size_t p = 0; p < topic.partitions.size(); ++p) {
      const ListOffsetsRequest::Partition& asked = topic.partitions[p];
      ListOffsetsResponse::Partition& answer = pending->response.topics[t].partitions[p];
      if (repeated.contains({topic.name, asked.partition_index})) {
        answer.error_code = ErrorCode::kInvalidRequest;
      } else if (!IsSupported(asked.timestamp, version)) {
        answer.error_code = ErrorCode::kUnsupportedVersion;
      } else {
        const LedPartition led = FindLed(cluster_, topic.name, asked.partition_index);
        answer.error_code =
            led ? (*led)->CheckLeaderEpoch(asked.current_leader_epoch) : led.error();
        if (!led || answer.error_code != ErrorCode::kNone) continue;
        Start(pending, **led, asked.timestamp, read_committed, answer);
      }
    }
  }
  pending->Finish();
}

}  // namespace monkafka::services
