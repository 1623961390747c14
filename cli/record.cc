#include <fmt/format.h>

#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "cli/produce.h"
#include "cli/record_cells.h"
#include "cli/record_flags.h"
#include "monkafka/admin/v1/records.grpc.pb.h"

namespace monkafka::cli {
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
  if (!flags.max_bytes.empty()) {
    request.set_max_field_bytes(
        static_cast<int32_t>(ParseSizeOption("--max-bytes", flags.max_bytes)));
  }
}

template <class Request>
void SetEnd(const ReadFlags& flags, Request& request) {
  if (flags.end_offset) request.set_end_offset(*flags.end_offset);
  if (!flags.until.empty()) {
    request.set_end_timestamp_ms(
        ParseTimeOption("--until", flags.until).time_since_epoch().count());
  }
}

// Where the records that were shown end, for those who go on later.
class RecordStream {
 public:
  RecordStream(Session& session, ItemStream::Pace pace)
      : session_(session),
        items_(session.printer(), RecordTitles(session.printer().wide()), pace) {}

  template <class Event>
  void Add(const Event& event) {
    const v1::PartitionRecord& at = event.record();
    next_[at.partition()] = at.record().offset() + 1;
    ++count_;
    items_.Add(
        event,
        [&] { return fmt::format("{}-{}@{}", at.topic(), at.partition(), at.record().offset()); },
        [&] { return RecordCells(at, session_.printer().wide()); });
  }

  template <class Event>
  void End(const Event& event) {
    items_.AddMessage(event);
  }

  void Finish() { items_.Finish(); }
  int64_t count() const { return count_; }

  std::string Resume() const {
    std::string text;
    for (const auto& [partition, offset] : next_) {
      text +=
          fmt::format("{}--partitions {} --offset {}", text.empty() ? "" : ", ", partition, offset);
    }
    return text.empty() ? "nothing was read" : "goes on with " + text;
  }

 private:
  Session& session_;
  ItemStream items_;
  std::map<int32_t, int64_t> next_;
  int64_t count_ = 0;
};

void Tail(Session& session, const ReadFlags& flags, const PredicateFlags& predicates) {
  v1::TailRecordsRequest request;
  SetCommon(flags, request);
  AddPredicates(predicates, request.mutable_predicates());
  request.set_max_records(flags.max);
  RecordStream records(session, ItemStream::Pace::kLive);
  session.Stream<Stub, v1::TailRecordsRequest, v1::TailRecordsResponse>(
      &Stub::TailRecords, request, "tail topic " + flags.topic,
      [&](const v1::TailRecordsResponse& event) {
        if (event.has_record()) records.Add(event);
        if (event.has_summary()) records.End(event);
        return true;
      });
  records.Finish();
  if (session.interrupted()) session.Note(records.Resume());
}

void Read(Session& session, const ReadFlags& flags) {
  v1::ReadRecordsRequest request;
  SetCommon(flags, request);
  SetEnd(flags, request);
  request.set_max_records(flags.max);
  RecordStream records(session, ItemStream::Pace::kBulk);
  session.Stream<Stub, v1::ReadRecordsRequest, v1::ReadRecordsResponse>(
      &Stub::ReadRecords, request, "read topic " + flags.topic,
      [&](const v1::ReadRecordsResponse& event) {
        if (event.has_record()) records.Add(event);
        if (event.has_summary()) {
          records.End(event);
          if (event.summary().damaged_batches() > 0) {
            session.Warn(
                fmt::format("{} could not be read: `monkafkactl segment verify {}` says why",
                            Count(event.summary().damaged_batches(), "batch"), flags.topic));
            session.set_exit_code(kFailed);
          }
        }
        return true;
      });
  records.Finish();
  if (session.interrupted()) throw Failure("interrupted", records.Resume());
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
  request.set_resume_token(flags.resume);
  return request;
}

void Search(Session& session, const SearchFlags& flags) {
  RecordStream records(session, ItemStream::Pace::kLive);
  Progress progress = session.MakeProgress("search", Progress::Unit::kBytes);
  v1::ScanSummary summary;
  std::string resume_token = flags.resume;
  session.Stream<Stub, v1::SearchRecordsRequest, v1::SearchRecordsResponse>(
      &Stub::SearchRecords, SearchRequest(flags), "search topic " + flags.topic,
      [&](const v1::SearchRecordsResponse& event) {
        if (event.has_record()) {
          progress.Clear();
          records.Add(event);
        } else if (event.has_progress()) {
          const v1::ScanProgress& at = event.progress();
          resume_token = at.resume_token();
          progress.Update(at.scanned_bytes(), at.total_bytes(),
                          fmt::format("partition {}, {} found", at.partition(), records.count()));
        } else if (event.has_summary()) {
          summary = event.summary();
          records.End(event);
        }
        return true;
      });
  progress.Clear();
  records.Finish();
  if (session.interrupted()) {
    throw Failure("interrupted", resume_token.empty()
                                     ? "start again: nothing was searched yet"
                                     : "--resume " + resume_token + " goes on from here");
  }
  session.Note(fmt::format("{} found, {} and {} searched", summary.matched_records(),
                           Count(summary.scanned_records(), "record"),
                           FormatSize(summary.scanned_bytes())));
  if (!summary.resume_token().empty()) {
    session.Note(fmt::format("there is more: --resume {} goes on", summary.resume_token()));
  }
  if (summary.damaged_batches() > 0) {
    session.Warn(fmt::format("{} could not be read: `monkafkactl segment verify {}` says why",
                             Count(summary.damaged_batches(), "batch"), flags.topic));
    session.set_exit_code(kFailed);
  }
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

void AddRecordCommands(CLI::App& root, Session& session) {
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
  AddProduceCommand(*noun, session);
}

}  // namespace monkafka::cli
