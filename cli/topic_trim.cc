#include "cli/topic_trim.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>
#include <span>

#include "cli/answers.h"
#include "cli/by_halves.h"
#include "cli/command.h"
#include "cli/status_text.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::topic {
namespace {

using Stub = v1::TopicsService::Stub;
using OffsetsStub = v1::OffsetsService::Stub;
using Targets = std::span<const v1::TrimTarget>;
using OffsetsOf = std::map<int32_t, v1::PartitionOffsets>;  // by partition

struct TrimFlags : MutationFlags {
  std::string name, partitions, before_time;
  int64_t before_offset = -1;
  bool all = false;
  bool if_exists = false;
  bool allow_internal = false;

  std::string doing() const { return "trim topic " + name; }
};

OffsetsOf ListOffsets(Session& session, const TrimFlags& flags) {
  v1::ListOffsetsRequest request;
  request.set_topic(flags.name);
  OffsetsOf offsets;
  const auto listed = session.CallAllPages(&OffsetsStub::ListOffsets, request, flags.doing());
  for (const v1::PartitionOffsets& one : listed.offsets()) offsets[one.partition()] = one;
  return offsets;
}

v1::TrimTarget Target(int32_t partition, int64_t before_offset) {
  v1::TrimTarget target;
  target.set_partition(partition);
  target.set_before_offset(before_offset);
  return target;
}

// Those that are meant. No time can be looked up in one that is offline: that is said, and the
// others are trimmed without it.
std::vector<int32_t> PartitionsOnline(Session& session, const TrimFlags& flags,
                                      const OffsetsOf& offsets) {
  std::vector<int32_t> meant = ParsePartitions(flags.partitions);
  if (meant.empty()) {
    for (const auto& [partition, known] : offsets) meant.push_back(partition);
  }
  std::erase_if(meant, [&](int32_t partition) {
    const auto known = offsets.find(partition);
    if (known == offsets.end() || known->second.offline_reason().empty()) return false;
    session.Attempt([&] {
      throw Failure(fmt::format("cannot {}: partition {}-{} is offline: {}", flags.doing(),
                                flags.name, partition, Printable(known->second.offline_reason())),
                    fmt::format("`{}` says what is damaged",
                                session.CommandHere({"segment", "verify", flags.name, "--partition",
                                                     std::to_string(partition)})));
    });
    return true;
  });
  return meant;
}

// `offsets` were listed before: what is appended meanwhile is not older than the time.
std::vector<v1::TrimTarget> TargetsBeforeTime(Session& session, const TrimFlags& flags,
                                              const OffsetsOf& offsets) {
  v1::FindOffsetsRequest find;
  find.set_topic(flags.name);
  for (int32_t p : PartitionsOnline(session, flags, offsets)) find.add_partitions(p);
  if (find.partitions().empty()) return {};
  find.set_timestamp_ms(
      ParseTimeOption("--before-time", flags.before_time).time_since_epoch().count());
  const auto found =
      session.Call(&OffsetsStub::FindOffsets, find, "find the offsets of " + flags.before_time);
  std::vector<v1::TrimTarget> targets;
  for (const auto& found_offset : found.offsets()) {
    int64_t before = found_offset.offset();
    if (before < 0) {  // every record is older
      const auto known = offsets.find(found_offset.partition());
      if (known == offsets.end()) continue;  // a partition that was added meanwhile
      before = known->second.log_end_offset();
    }
    targets.push_back(Target(found_offset.partition(), before));
  }
  return targets;
}

// One target for each partition that is meant.
std::vector<v1::TrimTarget> TargetsOf(Session& session, const TrimFlags& flags,
                                      const OffsetsOf& offsets) {
  if (!flags.before_time.empty()) return TargetsBeforeTime(session, flags, offsets);
  const int64_t before = flags.all ? -1 : flags.before_offset;
  std::vector<v1::TrimTarget> targets;
  const std::vector<int32_t> named = ParsePartitions(flags.partitions);
  for (int32_t p : std::set<int32_t>(named.begin(), named.end())) {
    targets.push_back(Target(p, before));
  }
  if (!targets.empty()) return targets;
  for (const auto& [partition, known] : offsets) {
    // Of all partitions those without a record have nothing to lose, wherever they end.
    const bool empty = known.log_start_offset() == known.log_end_offset();
    targets.push_back(Target(partition, empty ? known.log_start_offset() : before));
  }
  return targets;
}

// Whether a single one of the partitions is what was refused, and not the topic as a whole.
bool ConcernsOnePartition(const grpc::Status& status) {
  return status.error_code() != grpc::StatusCode::FAILED_PRECONDITION &&
         ConcernedResource(status).first == "partition";
}

v1::TrimRecordsResponse TrimTogether(Session& session, const TrimFlags& flags, bool validate_only,
                                     Targets targets) {
  v1::TrimRecordsResponse trimmed;
  const WholeChange<v1::TrimTarget> trim{
      .make =
          [&](Targets some) {
            v1::TrimRecordsRequest request;
            request.set_topic(flags.name);
            request.mutable_targets()->Add(some.begin(), some.end());
            request.set_allow_internal(flags.allow_internal);
            request.set_validate_only(validate_only);
            request.set_request_id(Session::NewRequestId());
            v1::TrimRecordsResponse response;
            grpc::Status status = session.TryCall(&Stub::TrimRecords, request, &response);
            if (status.ok()) trimmed.MergeFrom(response);
            return status;
          },
      .concerns_one = ConcernsOnePartition,
      .what = [&](Targets) { return flags.doing(); }};
  MakeByHalves(session, targets, trim);
  return trimmed;
}

// "1,000 of 3,000 records in 1 of 3 partitions, about 12.3 KiB". The bytes of a part of a partition
// are its share.
std::string LossOf(const v1::TrimRecordsResponse& trimmed, const OffsetsOf& offsets) {
  int64_t removed = 0;
  int64_t records = 0;
  double bytes = 0;
  int64_t partitions = 0;
  for (const v1::TrimResult& result : trimmed.results()) {
    removed += result.removed_count();
    if (result.removed_count() > 0) ++partitions;
    const auto known = offsets.find(result.partition());
    if (known == offsets.end()) continue;
    const int64_t there = known->second.log_end_offset() - known->second.log_start_offset();
    records += there;
    if (there <= 0) continue;
    bytes += static_cast<double>(known->second.size_bytes()) *
             static_cast<double>(result.removed_count()) / static_cast<double>(there);
  }
  return fmt::format("{} of {} in {} of {}, about {}", Grouped(removed), Count(records, "record"),
                     Grouped(partitions), Count(trimmed.results_size(), "partition"),
                     FormatSize(static_cast<int64_t>(bytes)));
}

// What was refused has been said, and is not tried again.
void KeepThose(const v1::TrimRecordsResponse& possible, std::vector<v1::TrimTarget>& targets) {
  std::set<int32_t> partitions;
  for (const v1::TrimResult& result : possible.results()) partitions.insert(result.partition());
  std::erase_if(targets,
                [&](const auto& target) { return !partitions.contains(target.partition()); });
}

View<v1::TrimResult> TrimView(const std::string& topic) {
  using R = v1::TrimResult;
  return {.items = "partitions",
          .name = [topic](const R& r) { return fmt::format("{}-{}", topic, r.partition()); },
          .columns = {
              {"PARTITION", [](const R& r) { return Number(r.partition()); }},
              {"START BEFORE", [](const R& r) { return Number(r.old_log_start_offset()); }},
              {"START AFTER", [](const R& r) { return Number(r.new_log_start_offset()); }},
              {"REMOVED", [](const R& r) { return Number(r.removed_count()); }},
          }};
}

void Trim(Session& session, const TrimFlags& flags) {
  const OffsetsOf offsets = ListOffsets(session, flags);
  std::vector<v1::TrimTarget> targets = TargetsOf(session, flags, offsets);
  if (targets.empty() && session.exit_code() != kDone) return;  // that has been said
  if (!flags.dry_run) {
    std::string what = "delete records of topic " + flags.name;
    if (session.Asks(flags.yes)) {
      const auto preview = TrimTogether(session, flags, /*validate_only=*/true, targets);
      KeepThose(preview, targets);
      if (targets.empty()) return;
      what += fmt::format(" ({})", LossOf(preview, offsets));
    }
    session.Confirm(what, flags.yes);
  }
  const auto trimmed = TrimTogether(session, flags, flags.dry_run, targets);
  const bool all_refused = trimmed.results().empty() && session.exit_code() != kDone;
  if (all_refused && session.printer().for_people()) return;
  session.ShowList(trimmed, trimmed.results(), TrimView(flags.name));
  if (flags.dry_run && session.printer().for_people()) {
    session.Note(LossOf(trimmed, offsets) + ", would be deleted");
  }
  session.NoteDryRun(flags.dry_run);
}

}  // namespace

void AddTrim(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "trim", "Delete the oldest records of a topic",
              {"monkafkactl topic trim orders --partitions 0 --before-offset 100 --yes",
               "monkafkactl topic trim orders --before-time -7d --yes",
               "monkafkactl topic trim orders --all --dry-run"});
  auto flags = std::make_shared<TrimFlags>();
  SetCompletion(verb->add_option("topic", flags->name, "Its name")->required(), Completion::kTopic);
  verb->add_option("-p,--partitions", flags->partitions, "Only these, as in 0-3,7")
      ->type_name("LIST");
  auto* where = verb->add_option_group("Up to where");
  where->add_option("--before-offset", flags->before_offset, "Records below this offset")
      ->check(NotNegative());
  where->add_option("--before-time", flags->before_time, "Records before this time")
      ->type_name("TIME");
  where->add_flag("--all", flags->all, "Every record");
  where->require_option(1);
  verb->add_flag("--allow-internal", flags->allow_internal,
                 "Also a topic in which the broker keeps its own state");
  AddIfExists(verb, flags->if_exists, "topic");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] {
    session.IfExists(flags->if_exists, "topic", [&] { Trim(session, *flags); });
  });
}

}  // namespace monkafka::cli::topic
