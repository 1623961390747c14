#include "cli/log_bounds.h"

#include <fmt/format.h>

#include <set>

#include "monkafka/admin/v1/offsets.grpc.pb.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;

using Logs = std::map<std::pair<std::string, int32_t>, v1::PartitionOffsets>;

// The offsets of the logs that are named; not of those that are offline.
Logs LogsOf(Session& session, const v1::CommitGroupOffsetsRequest& request,
            const std::string& what) {
  std::set<std::string> topics;
  for (const v1::OffsetCommit& commit : request.commits()) topics.insert(commit.topic());
  Logs logs;
  for (const std::string& topic : topics) {
    v1::ListOffsetsRequest list;
    list.set_topic(topic);
    const auto listed = session.CallAllPages(&v1::OffsetsService::Stub::ListOffsets, list, what);
    for (const v1::PartitionOffsets& offsets : listed.offsets()) {
      if (offsets.offline_reason().empty()) logs[{topic, offsets.partition()}] = offsets;
    }
  }
  return logs;
}

}  // namespace

OffsetNotes KeepWithinLogs(Session& session, v1::CommitGroupOffsetsRequest& request,
                           const std::string& what) {
  const auto logs = LogsOf(session, request, what);
  OffsetNotes notes;
  for (v1::OffsetCommit& commit : *request.mutable_commits()) {
    const auto log = logs.find({commit.topic(), commit.partition()});
    if (log == logs.end() || !commit.has_offset() || commit.offset() < 0) continue;
    const int64_t offset = commit.offset();
    const int64_t start = log->second.log_start_offset();
    const int64_t end = log->second.log_end_offset();
    if (offset >= start && offset <= end) continue;
    commit.set_offset(offset > end ? end : start);
    commit.clear_leader_epoch();  // of another record
    notes[log->first] =
        fmt::format("{} lies {}, which is taken", offset,
                    offset > end ? "beyond the end of the log" : "below the start of the log");
  }
  return notes;
}

void Annotate(const OffsetNotes& notes, MoveList& moves) {
  for (v1::OffsetMove& move : moves) {
    const auto note = notes.find({move.topic(), move.partition()});
    if (note != notes.end()) move.set_note(note->second);
  }
}

}  // namespace monkafka::cli
