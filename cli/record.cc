#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "cli/produce.h"
#include "cli/record_flags.h"
#include "cli/record_stream.h"
#include "cli/search_position.h"
#include "cli/shell.h"
#include "monkafka/admin/v1/records.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::record {
namespace {

using Stub = v1::RecordsService::Stub;

struct ReadFlags : StartFlags {
  std::string topic, partitions, until, max_bytes;
  std::optional<int64_t> end_offset;
  int64_t max = 0;
};

void AddTopicOptions(CLI::App* verb, ReadFlags& flags) {
  SetCompletion(verb->add_option("topic", flags.topic, "The topic")->required(),
                Completion::kTopic);
  verb->add_option("-p,--partitions", flags.partitions, "Only these, as in 0-3,7")
      ->type_name("LIST");
  verb->add_option("--max", flags.max, "End after so many records")->check(AboveZero());
  verb->add_option("--max-bytes", flags.max_bytes, "Cut keys and values to so many bytes")
      ->type_name("SIZE");
}

void AddEndOptions(CLI::App* verb, ReadFlags& flags) {
  verb->add_option("--until-offset", flags.end_offset, "End before this offset")
      ->check(NotNegative());
  verb->add_option("--until", flags.until, "Only records before this time")->type_name("TIME");
}

template <class Request>
void SetCommon(const ReadFlags& flags, Request& request) {
  request.set_topic(flags.topic);
  for (int32_t p : ParsePartitions(flags.partitions)) request.add_partitions(p);
  SetStart(flags, request.mutable_start());
  if (!flags.max_bytes.empty()) request.set_max_field_bytes(ParseFieldBytes(flags.max_bytes));
}

template <class Request>
void SetEnd(const ReadFlags& flags, Request& request) {
  if (flags.end_offset) request.set_end_offset(*flags.end_offset);
  if (!flags.until.empty()) {
    request.set_end_timestamp_ms(
        ParseTimeOption("--until", flags.until).time_since_epoch().count());
  }
}

// The partitions that a verb was about; empty when that cannot be found out.
std::vector<int32_t> PartitionsOf(Session& session, const ReadFlags& flags) {
  std::vector<int32_t> partitions = ParsePartitions(flags.partitions);
  if (!partitions.empty()) return partitions;
  v1::GetTopicRequest request;
  request.set_name(flags.topic);
  request.set_view(v1::TOPIC_VIEW_BASIC);
  v1::GetTopicResponse response;
  if (!session.TryCall(&v1::TopicsService::Stub::GetTopic, request, &response).ok()) return {};
  for (int32_t p = 0; p < response.topic().partition_count(); ++p) partitions.push_back(p);
  return partitions;
}

std::string Now() {
  return FormatTime(
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()));
}

// Streams the records of a topic. When the connection is lost, it is said how to go on;
// `other_start` is where partitions begin that had no record yet.
template <class Request, class Response>
void StreamRecords(Session& session,
                   std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                       grpc::ClientContext*, const Request&),
                   const Request& request, const std::string& what, RecordStream& records,
                   const std::vector<std::string>& other_start,
                   const std::function<bool(const Response&)>& on_message) {
  try {
    session.Stream<Stub, Request, Response>(method, request, what, on_message);
  } catch (const LostFailure& lost) {
    if (records.full()) return;
    records.Finish();
    const std::vector<int32_t> partitions(request.partitions().begin(), request.partitions().end());
    throw lost.GoingOn(Count(records.count(), "record") + " shown",
                       records.Resume(partitions, other_start));
  }
}

// A tail has no end: it is done when it is ended, and says where it was.
void Tail(Session& session, const ReadFlags& flags, const PredicateFlags& predicates) {
  v1::TailRecordsRequest request;
  SetCommon(flags, request);
  AddPredicates(predicates, request.mutable_predicates());
  request.set_max_records(flags.max);
  RecordStream records(session, flags.max);
  const std::string start = Now();
  StreamRecords<v1::TailRecordsRequest, v1::TailRecordsResponse>(
      session, &Stub::TailRecords, request, "tail topic " + flags.topic, records,
      {"--since", start}, [&](const v1::TailRecordsResponse& event) {
        records.Add(event);
        if (event.has_summary()) records.End(event);
        return true;
      });
  records.Finish();
  if (!session.cut_short() || records.full()) return;
  session.Note(fmt::format("{} shown; to go on:\n{}", Count(records.count(), "record"),
                           records.Resume(PartitionsOf(session, flags), {"--since", Now()})));
}

void WarnOfDamage(Session& session, const std::string& topic, int64_t damaged_batches) {
  if (damaged_batches == 0) return;
  session.Warn(fmt::format("{} could not be read: `{}` says why", Count(damaged_batches, "batch"),
                           CommandText({"segment", "verify", topic})));
  session.set_exit_code(kFailed);
}

// Partitions whose log is offline were left out; what was read of the others is true all the same.
void WarnOfUnreadable(Session& session, const std::string& topic, const v1::ScanSummary& summary) {
  constexpr int kMostNamed = 20;
  const int count = summary.unreadable_partitions_size();
  if (count == 0) return;
  std::string text = fmt::format("{} left out:", Count(count, "partition"));
  for (int i = 0; i < std::min(count, kMostNamed); ++i) {
    text += "\n  " + Printable(summary.unreadable_partitions(i).reason());
  }
  if (count > kMostNamed) text += fmt::format("\n  and {} more", count - kMostNamed);
  session.Warn(fmt::format("{}\n  next: `{}` says what is damaged", text,
                           session.CommandHere({"segment", "verify", topic})));
  session.set_exit_code(kFailed);
}

void Read(Session& session, const ReadFlags& flags) {
  v1::ReadRecordsRequest request;
  SetCommon(flags, request);
  SetEnd(flags, request);
  request.set_max_records(flags.max);
  RecordStream records(session, flags.max);
  v1::ScanSummary summary;
  StreamRecords<v1::ReadRecordsRequest, v1::ReadRecordsResponse>(
      session, &Stub::ReadRecords, request, "read topic " + flags.topic, records,
      StartOptions(request.start()), [&](const v1::ReadRecordsResponse& event) {
        records.Add(event);
        if (event.has_summary()) {
          records.End(event);
          summary = event.summary();
        }
        return true;
      });
  records.Finish();
  if (session.cut_short() && !records.full()) {
    throw Failure(
        fmt::format("{} after {}", session.why_cut_short(), Count(records.count(), "record")),
        records.Resume(PartitionsOf(session, flags), StartOptions(request.start())));
  }
  if (records.count() == 0 && session.printer().for_people()) session.Note("no records");
  WarnOfDamage(session, flags.topic, summary.damaged_batches());
  WarnOfUnreadable(session, flags.topic, summary);
}

struct SearchFlags : ReadFlags, PredicateFlags {
  std::string scan_bytes, resume;
  int64_t scan_records = 0;
};

v1::SearchRecordsRequest SearchRequest(const SearchFlags& flags) {
  v1::SearchRecordsRequest request;
  SetCommon(flags, request);
  SetEnd(flags, request);
  AddPredicates(flags, request.mutable_predicates());
  request.set_max_matches(flags.max);
  if (!flags.scan_bytes.empty()) {
    request.mutable_budget()->set_max_bytes(ParseSizeOption("--scan-bytes", flags.scan_bytes));
  }
  request.mutable_budget()->set_max_records(flags.scan_records);
  SearchPosition::Parse(flags.resume).SetOn(request);
  return request;
}

// The same search, from `position` on. A token is bound to its search, so times that were relative
// are said as they were meant.
std::string ResumedSearch(const Session& session, const v1::SearchRecordsRequest& request,
                          const RecordStream& records, const std::string& position) {
  auto words =
      records.WithRestOfMax(WithoutOptions(session.words(), {"--resume", "--since", "--until"}));
  auto add = [&words](const char* option, const std::string& value) {
    words.insert(words.end(), {option, value});
  };
  if (request.start().has_timestamp_ms()) {
    add("--since",
        FormatTime(TimePoint(std::chrono::milliseconds(request.start().timestamp_ms()))));
  }
  if (request.has_end_timestamp_ms()) {
    add("--until", FormatTime(TimePoint(std::chrono::milliseconds(request.end_timestamp_ms()))));
  }
  if (!position.empty()) add("--resume", position);
  return CommandText(words);
}

void Search(Session& session, const SearchFlags& flags) {
  RecordStream records(session, flags.max);
  auto progress = session.MakeProgress("search", Progress::Unit::kBytes);
  v1::ScanSummary summary;
  SearchPosition position = SearchPosition::Parse(flags.resume);
  const v1::SearchRecordsRequest request = SearchRequest(flags);
  const auto on_event = [&](const v1::SearchRecordsResponse& event) {
    if (!event.records().empty()) progress->Clear();
    records.Add(event);
    position.See(event);
    if (event.has_progress()) {
      const v1::ScanProgress& at = event.progress();
      progress->Update(at.scanned_bytes(), at.total_bytes(),
                       fmt::format("partition {}, {} found", at.partition(), records.count()));
    } else if (event.has_summary()) {
      summary = event.summary();
      records.End(event);
    }
    return true;
  };
  try {
    session.Stream<Stub, v1::SearchRecordsRequest, v1::SearchRecordsResponse>(
        &Stub::SearchRecords, request, "search topic " + flags.topic, on_event);
  } catch (const LostFailure& lost) {
    progress->Clear();
    records.Finish();
    throw lost.GoingOn(fmt::format("{} found until then", records.count()),
                       ResumedSearch(session, request, records, position.ToText()));
  }
  progress->Clear();
  records.Finish();
  if (session.cut_short() && !records.full()) {
    throw Failure(fmt::format("the search is not complete: {}; {} found until then",
                              session.why_cut_short(), records.count()),
                  ResumedSearch(session, request, records, position.ToText()));
  }
  session.Note(fmt::format("{} found, {} and {} searched", summary.matched_records(),
                           Count(summary.scanned_records(), "record"),
                           FormatSize(summary.scanned_bytes())));
  if (!summary.resume_token().empty()) {
    session.Note("there is more to search; to go on:\n" +
                 ResumedSearch(session, request, records, summary.resume_token()));
  }
  WarnOfDamage(session, flags.topic, summary.damaged_batches());
  WarnOfUnreadable(session, flags.topic, summary);
}

void AddSearch(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "search", "Search a topic within the server, by key, value, header, time",
              {"monkafkactl record search orders --value v777",
               "monkafkactl record search orders --key-prefix customer- --since -1h --max 10",
               "monkafkactl record search orders --header trace=abc -o jsonl",
               "monkafkactl record search orders --value-regex 'v7[0-9]+$' --scan-bytes 1GiB"});
  auto flags = std::make_shared<SearchFlags>();
  AddTopicOptions(verb, *flags);
  AddPredicateOptions(verb, *flags);
  AddStartOptions(verb, *flags);
  AddEndOptions(verb, *flags);
  verb->add_option("--scan-bytes", flags->scan_bytes, "Read at most so much, then say how to go on")
      ->type_name("SIZE");
  verb->add_option("--scan-records", flags->scan_records, "Look at no more records than this")
      ->check(AboveZero());
  verb->add_option("--resume", flags->resume, "Go on where an earlier search ended")
      ->type_name("TOKEN");
  verb->callback([flags, &session] { Search(session, *flags); });
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "record", "The records of topics");

  struct TailFlags : ReadFlags, PredicateFlags {};
  CLI::App* tail =
      AddVerb(*noun, "tail", "Show records as they come, until Ctrl-C",
              {"monkafkactl record tail orders --last 10 --max 10",
               "monkafkactl record tail orders --from-beginning --key customer-7 --max 1"});
  auto tail_flags = std::make_shared<TailFlags>();
  AddTopicOptions(tail, *tail_flags);
  AddPredicateOptions(tail, *tail_flags);
  AddStartOptions(tail, *tail_flags);
  tail->callback([tail_flags, &session] { Tail(session, *tail_flags, *tail_flags); });

  CLI::App* read =
      AddVerb(*noun, "read", "Show the records of a range, to the end as it is now",
              {"monkafkactl record read orders --max 10",
               "monkafkactl record read orders --partitions 0 --offset 5 --until-offset 8 -o wide",
               "monkafkactl record read orders --since -1h --until now -o jsonl"});
  auto read_flags = std::make_shared<ReadFlags>();
  AddTopicOptions(read, *read_flags);
  AddStartOptions(read, *read_flags);
  AddEndOptions(read, *read_flags);
  read->callback([read_flags, &session] { Read(session, *read_flags); });

  AddSearch(*noun, session);
  AddProduce(*noun, session);
}

}  // namespace monkafka::cli::record
