#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"

namespace monkafka::cli::offset {
namespace {

using Stub = v1::OffsetsService::Stub;
using Offsets = v1::PartitionOffsets;

std::string PartitionName(const Offsets& o) {
  return fmt::format("{}-{}", o.topic(), o.partition());
}

const View<Offsets>& OffsetsView() {
  static const View<Offsets> view{
      .items = "partitions",
      .name = PartitionName,
      .columns = {
          {"TOPIC", [](const Offsets& o) { return Text(o.topic()); }},
          {"PARTITION", [](const Offsets& o) { return Number(o.partition()); }},
          {"START", [](const Offsets& o) { return Number(o.log_start_offset()); }},
          {"STABLE", [](const Offsets& o) { return Number(o.last_stable_offset()); }},
          {"END", [](const Offsets& o) { return Number(o.log_end_offset()); }},
          {"SIZE", [](const Offsets& o) { return Size(o.size_bytes()); }},
          {"RECORDS/S", [](const Offsets& o) { return Rate(o.rates().records_per_second()); }},
          {"BYTES/S", [](const Offsets& o) { return ByteRate(o.rates().bytes_per_second()); }},
          {"HIGH WATERMARK", [](const Offsets& o) { return Number(o.high_watermark()); }, true},
          {"DURABLE", [](const Offsets& o) { return Number(o.durable_end_offset()); }, true},
          {"EPOCH", [](const Offsets& o) { return Number(o.leader_epoch()); }, true},
          {"OFFLINE", [](const Offsets& o) { return Prose(o.offline_reason(), Tone::kBad); }},
      }};
  return view;
}

void List(Session& session, const std::string& topic) {
  v1::ListOffsetsRequest request;
  request.set_topic(topic);
  auto response = session.CallAllPages(&Stub::ListOffsets, request, "list the offsets");
  session.ShowList(response, response.offsets(), OffsetsView());
}

struct FindFlags {
  std::string topic, partitions, time;
  bool earliest = false;
  bool latest = false;
  bool last_stable = false;
  bool max_timestamp = false;
};

void Find(Session& session, const FindFlags& flags) {
  v1::FindOffsetsRequest request;
  request.set_topic(flags.topic);
  for (int32_t p : ParsePartitions(flags.partitions)) request.add_partitions(p);
  if (!flags.time.empty()) {
    request.set_timestamp_ms(ParseTimeOption("--time", flags.time).time_since_epoch().count());
  } else {
    request.set_spec(flags.earliest        ? v1::OFFSET_SPEC_EARLIEST
                     : flags.last_stable   ? v1::OFFSET_SPEC_LAST_STABLE
                     : flags.max_timestamp ? v1::OFFSET_SPEC_MAX_TIMESTAMP
                                           : v1::OFFSET_SPEC_LATEST);
  }
  auto response = session.Call(&Stub::FindOffsets, request, "find offsets of " + flags.topic);
  using F = v1::FoundOffset;
  static const View<F> view{
      .items = "partitions",
      .name = [](const F& f) { return std::to_string(f.offset()); },
      .columns = {
          {"TOPIC", [](const F& f) { return Text(f.topic()); }},
          {"PARTITION", [](const F& f) { return Number(f.partition()); }},
          {"OFFSET", [](const F& f) { return NumberIf(f.offset() >= 0, f.offset()); }},
          {"TIMESTAMP", [](const F& f) { return TimestampCell(f.timestamp_ms()); }},
          {"EPOCH", [](const F& f) { return Number(f.leader_epoch()); }, true},
      }};
  session.ShowList(response, response.offsets(), view);
}

struct WatchFlags {
  std::vector<std::string> topics;
  std::string interval = "1s";
  int32_t count = 0;
};

void Watch(Session& session, const WatchFlags& flags) {
  v1::WatchOffsetsRequest request;
  for (const std::string& topic : flags.topics) request.add_topics(topic);
  *request.mutable_interval() = ToDuration(ParseDurationOption("--interval", flags.interval));
  request.set_max_updates(flags.count);
  ItemStream stream(session.printer(), MakeTitles(OffsetsView(), session.printer().wide()));
  session.Stream<Stub, v1::WatchOffsetsRequest, v1::WatchOffsetsResponse>(
      &Stub::WatchOffsets, request, "watch offsets", [&](const v1::WatchOffsetsResponse& event) {
        if (stream.AddMessage(event)) return true;
        for (const Offsets& offsets : event.update().offsets()) {
          stream.Add(
              offsets, [&] { return PartitionName(offsets); },
              [&] { return MakeCells(OffsetsView(), offsets, session.printer().wide()); });
        }
        for (const v1::TopicPartition& gone : event.update().removed()) {
          session.Note(fmt::format("{}-{} was deleted", gone.topic(), gone.partition()));
        }
        return true;
      });
  stream.Finish();
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "offset", "Offsets, sizes and rates of partitions");

  CLI::App* list = AddVerb(*noun, "list", "List the offsets of all partitions, or of a topic's",
                           {"monkafkactl offset list", "monkafkactl offset list orders -o wide"});
  auto topic = std::make_shared<std::string>();
  SetCompletion(list->add_option("topic", *topic, "Only this topic"), Completion::kTopic);
  list->callback([topic, &session] { List(session, *topic); });

  CLI::App* find = AddVerb(*noun, "find", "Find an offset in each partition of a topic",
                           {"monkafkactl offset find orders --time -1h",
                            "monkafkactl offset find orders --earliest --partitions 0"});
  auto flags = std::make_shared<FindFlags>();
  SetCompletion(find->add_option("topic", flags->topic, "The topic")->required(),
                Completion::kTopic);
  find->add_option("--partitions", flags->partitions, "Only these, as in 0-3,7")->type_name("LIST");
  auto* which = find->add_option_group("Which");
  which->add_flag("--earliest", flags->earliest, "The first record");
  which->add_flag("--latest", flags->latest, "The end, for consumers");
  which->add_flag("--last-stable", flags->last_stable,
                  "The end, for consumers of committed records");
  which->add_flag("--max-timestamp", flags->max_timestamp, "The record with the largest timestamp");
  which->add_option("--time", flags->time, "The first record at this time or later")
      ->type_name("TIME");
  which->require_option(1);
  find->callback([flags, &session] { Find(session, *flags); });

  CLI::App* watch = AddVerb(*noun, "watch", "Show partitions whenever they change, until Ctrl-C",
                            {"monkafkactl offset watch orders --count 2 --interval 200ms"});
  auto watch_flags = std::make_shared<WatchFlags>();
  SetCompletion(watch->add_option("topic", watch_flags->topics, "Only these topics"),
                Completion::kTopic);
  watch->add_option("--interval", watch_flags->interval, "Time between two looks (1s)")
      ->type_name("DURATION");
  watch->add_option("--count", watch_flags->count, "End after so many looks")
      ->check(AboveZero(kMostInt32));
  watch->callback([watch_flags, &session] { Watch(session, *watch_flags); });
}

}  // namespace monkafka::cli::offset
