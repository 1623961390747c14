#include <fmt/format.h>

#include <memory>
#include <ostream>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "cli/offline.h"
#include "cli/record_cells.h"
#include "cli/shell.h"
#include "monkafka/admin/v1/segments.grpc.pb.h"

namespace monkafka::cli::segment {
namespace {

using Stub = v1::SegmentsService::Stub;

// What every verb of this noun takes.
struct Place {
  std::string topic;
  std::optional<int32_t> partition;
  std::optional<int64_t> base_offset;
  std::string directory;
};

const View<v1::Segment>& SegmentView() {
  using S = v1::Segment;
  static const View<S> view{
      .items = "segments",
      .name =
          [](const S& s) {
            return fmt::format("{}-{}/{:020}", s.topic(), s.partition(), s.base_offset());
          },
      .columns = {
          {"PARTITION", [](const S& s) { return Number(s.partition()); }},
          {"BASE OFFSET", [](const S& s) { return Number(s.base_offset()); }},
          {"NEXT OFFSET", [](const S& s) { return Number(s.next_offset()); }},
          {"SIZE", [](const S& s) { return Size(s.log_size_bytes()); }},
          {"BATCHES", [](const S& s) { return NumberIf(s.has_batch_count(), s.batch_count()); }},
          {"RECORDS", [](const S& s) { return NumberIf(s.has_record_count(), s.record_count()); }},
          {"FIRST", [](const S& s) { return TimestampCell(s.first_timestamp_ms()); }},
          {"LAST", [](const S& s) { return TimestampCell(s.max_timestamp_ms()); }},
          {"INDEX", [](const S& s) { return SizeOrAbsent(s.offset_index_size_bytes()); }, true},
          {"TIME INDEX", [](const S& s) { return SizeOrAbsent(s.time_index_size_bytes()); }, true},
          {"TXN INDEX", [](const S& s) { return SizeOrAbsent(s.transaction_index_size_bytes()); },
           true},
          {"ACTIVE", [](const S& s) { return YesNo(s.active()); }, true},
          {"PATH", [](const S& s) { return Id(s.path()); }, true},
      }};
  return view;
}

void List(Session& session, const Place& place, bool counts) {
  UseDirectory(session, place.directory);
  v1::ListSegmentsRequest request;
  request.set_topic(place.topic);
  if (place.partition) {
    request.set_partition(*place.partition);
  } else {
    request.set_all_partitions(true);
  }
  request.set_view(counts ? v1::SEGMENT_VIEW_FULL : v1::SEGMENT_VIEW_BASIC);
  auto response =
      session.CallAllPages(&Stub::ListSegments, request, "list the segments of " + place.topic);
  session.ShowList(response, response.segments(), SegmentView());
}

void DescribeSegment(const v1::Segment& s, Details& details) {
  details.Field("Partition", Text(fmt::format("{}-{}", s.topic(), s.partition())));
  details.Field("Base offset", Number(s.base_offset()));
  details.Field("Next offset", Number(s.next_offset()));
  details.Field("Active", YesNo(s.active()));
  details.Field("Size", Size(s.log_size_bytes()));
  details.Field("Offset index", SizeOrAbsent(s.offset_index_size_bytes()));
  details.Field("Time index", SizeOrAbsent(s.time_index_size_bytes()));
  details.Field("Transaction index", SizeOrAbsent(s.transaction_index_size_bytes()));
  details.Field("First timestamp", TimestampCell(s.first_timestamp_ms()));
  details.Field("Largest timestamp", TimestampCell(s.max_timestamp_ms()));
  details.Field("Batches", Number(s.batch_count()));
  details.Field("Records", Number(s.record_count()));
  details.Field("File", Text(s.path()));
}

// Where the partition begins: retention removes segments from there.
int64_t FirstSegment(Session& session, const std::string& topic, int32_t partition) {
  v1::ListSegmentsRequest request;
  request.set_topic(topic);
  request.set_partition(partition);
  request.set_page_size(1);
  auto response = session.Call(&Stub::ListSegments, request,
                               fmt::format("list the segments of {}-{}", topic, partition));
  if (response.segments().empty()) {
    throw Failure(fmt::format("{}-{} has no segment", topic, partition),
                  "`monkafkactl segment list` shows those that exist");
  }
  return response.segments(0).base_offset();
}

void Get(Session& session, const Place& place) {
  UseDirectory(session, place.directory);
  v1::GetSegmentRequest request;
  request.set_topic(place.topic);
  request.set_partition(place.partition.value_or(0));
  request.set_base_offset(place.base_offset
                              ? *place.base_offset
                              : FirstSegment(session, place.topic, request.partition()));
  auto response = session.Call(&Stub::GetSegment, request,
                               fmt::format("show segment {} of {}-{}", request.base_offset(),
                                           place.topic, request.partition()));
  session.printer().PrintOne(
      response, SegmentView().name(response.segment()),
      [&](Details& details) { DescribeSegment(response.segment(), details); });
}

struct DumpFlags : Place {
  std::optional<int64_t> from, to;
  int64_t max_batches = 0;
  std::string max_bytes = "64";
  bool records = false;
};

std::string BatchFlags(const v1::Batch& batch) {
  std::string flags;
  auto add = [&flags](bool is, const char* name) {
    if (is) flags += (flags.empty() ? "" : ",") + std::string(name);
  };
  add(batch.transactional(), "transactional");
  add(batch.control(), "control");
  add(batch.log_append_time(), "append-time");
  add(batch.magic() < 2, "old-format");
  add(batch.delete_horizon_timestamp_ms() >= 0, "delete-horizon");
  return flags;
}

std::vector<Cell> BatchCells(const v1::Batch& b) {
  bool producer = b.producer_id() >= 0;
  return {
      Number(b.position_bytes()),
      Number(b.base_offset()),
      Number(b.last_offset()),
      Number(b.record_count()),
      Size(b.size_bytes()),
      Text(Word(v1::CompressionType_Name(b.compression_type()), "COMPRESSION_TYPE_")),
      b.crc_valid() ? Text("ok", Tone::kGood) : Text("BAD", Tone::kBad),
      TimestampCell(b.max_timestamp_ms()),
      Number(b.partition_leader_epoch()),
      producer ? Id(fmt::format("{}/{}", b.producer_id(), b.producer_epoch())) : Aside(Absent()),
      NumberIf(b.base_sequence() >= 0, b.base_sequence()),
      Aside(Text(BatchFlags(b)))};
}

void PrintBatchRecords(Session& session, const v1::Batch& batch) {
  const int width = session.printer().wide() ? 0 : session.printer().terminal().width;
  auto print = [&](const std::string& text) {
    const std::string line = "  | " + text;
    session.printer().out() << (width > 0 ? Shorten(line, width) : line) << '\n';
  };
  for (const v1::Record& record : batch.records()) print(RecordLine(record));
  if (!batch.records_error().empty()) print(Printable(batch.records_error()));
}

std::string DumpFrom(const Session& session, int64_t offset) {
  auto words = WithoutOptions(session.words(), {"--from"});
  words.insert(words.end(), {"--from", std::to_string(offset)});
  return CommandText(words);
}

void Dump(Session& session, const DumpFlags& flags) {
  UseDirectory(session, flags.directory);
  v1::ReadBatchesRequest request;
  request.set_topic(flags.topic);
  request.set_partition(flags.partition.value_or(0));
  if (flags.base_offset) request.set_base_offset(*flags.base_offset);
  if (flags.from) request.set_from_offset(*flags.from);
  if (flags.to) request.set_to_offset(*flags.to);
  request.set_max_batches(flags.max_batches);
  request.set_include_records(flags.records);
  const int32_t field_bytes = ParseFieldBytes(flags.max_bytes);
  if (session.printer().for_people()) request.set_max_field_bytes(field_bytes);
  ItemStream stream(session.printer(),
                    {"POSITION", "FIRST", "LAST", "RECORDS", "SIZE", "CODEC", "CRC", "TIMESTAMP",
                     "EPOCH", "PRODUCER", "SEQUENCE", "FLAGS"},
                    ItemStream::Pace::kBulk);
  int64_t next_offset = flags.from.value_or(0);
  int64_t batches = 0;
  v1::ReadBatchesSummary summary;
  const auto on_event = [&](const v1::ReadBatchesResponse& event) {
    if (event.has_batch()) {
      next_offset = event.batch().last_offset() + 1;
      ++batches;
      const v1::Batch& batch = event.batch();
      stream.Add(
          event, [&] { return std::to_string(batch.base_offset()); },
          [&] { return BatchCells(batch); });
      if (session.printer().for_people()) PrintBatchRecords(session, event.batch());
    } else if (event.has_summary()) {
      summary = event.summary();
      stream.AddMessage(event);
    }
    return true;
  };
  try {
    session.Stream<Stub, v1::ReadBatchesRequest, v1::ReadBatchesResponse>(
        &Stub::ReadBatches, request, "dump " + flags.topic, on_event);
  } catch (const LostFailure& lost) {
    stream.Finish();
    throw lost.GoingOn(Count(batches, "batch") + " shown", DumpFrom(session, next_offset));
  } catch (const Failure&) {
    stream.Finish();  // damage comes after what is whole
    throw;
  }
  stream.Finish();
  if (session.cut_short()) {
    throw Failure(session.why_cut_short(), DumpFrom(session, next_offset));
  }
  session.Note(fmt::format(
      "{}, {}, {}, {} with a wrong CRC{}", Count(summary.batch_count(), "batch"),
      Count(summary.record_count(), "record"), FormatSize(summary.size_bytes()),
      summary.crc_error_count(),
      summary.complete() ? "" : "; to go on:\n" + DumpFrom(session, summary.next_offset())));
  if (summary.crc_error_count() > 0) session.set_exit_code(kFailed);
}

std::vector<Cell> AnomalyCells(const v1::Anomaly& anomaly) {
  bool error = anomaly.severity() == v1::ANOMALY_SEVERITY_ERROR;
  return {Text(error ? "error" : "warning", error ? Tone::kBad : Tone::kWarning),
          Text(Word(v1::AnomalyKind_Name(anomaly.kind()), "ANOMALY_KIND_")),
          Text(anomaly.file()),
          NumberIf(anomaly.has_position_bytes(), anomaly.position_bytes()),
          NumberIf(anomaly.has_offset(), anomaly.offset()),
          Prose(anomaly.message())};
}

// What people see of anomalies. They are kept back to be aligned: most runs find few, and the
// progress shows that it goes on.
class AnomalyTable {
 public:
  explicit AnomalyTable(Printer& printer) : printer_(printer) {}

  void Add(const v1::Anomaly& anomaly) {
    if (count_ == kMostRows) Finish();
    if (!table_) table_.emplace(Titles(), printer_.wide());
    ++count_;
    table_->Add(AnomalyCells(anomaly));
  }
  void Finish() {
    if (!table_) return;
    table_->Write(printer_.out(), printer_.terminal());
    printer_.out().flush();
    table_.reset();
    count_ = 0;
  }

 private:
  static constexpr int kMostRows = 1'000;

  static std::vector<std::string> Titles() {
    return {"SEVERITY", "ANOMALY", "FILE", "POSITION", "OFFSET", "WHAT"};
  }

  Printer& printer_;
  std::optional<Table> table_;
  int count_ = 0;
};

struct VerifyFlags : Place {
  bool records = false;
  std::string from;
};

// The same verification, from `file` on.
std::string ResumedVerify(const Session& session, const std::string& file) {
  auto words = WithoutOptions(session.words(), {"--from"});
  if (!file.empty()) words.insert(words.end(), {"--from", file});
  return CommandText(words);
}

void Verify(Session& session, const VerifyFlags& place) {
  UseDirectory(session, place.directory);
  if (place.topic.empty() && (place.partition || place.base_offset)) {
    throw UsageError("a partition is one of a topic", "name the topic");
  }
  v1::VerifySegmentsRequest request;
  request.set_topic(place.topic);
  if (place.partition) request.set_partition(*place.partition);
  if (place.base_offset) request.set_base_offset(*place.base_offset);
  request.set_check_records(place.records);
  request.set_start_file(place.from);
  ItemStream stream(session.printer(), {});
  AnomalyTable table(session.printer());
  auto progress = session.MakeProgress("verify", Progress::Unit::kBytes);
  v1::VerifySummary summary;
  std::string last_file = place.from;
  const auto on_event = [&](const v1::VerifySegmentsResponse& event) {
    if (event.has_progress()) {
      last_file = event.progress().file();
      progress->Update(event.progress().done_bytes(), event.progress().total_bytes(), last_file);
    } else if (event.has_anomaly()) {
      progress->Clear();
      if (session.printer().for_people()) {
        table.Add(event.anomaly());
      } else {
        stream.Add(
            event, [&] { return event.anomaly().file(); }, [] { return std::vector<Cell>(); });
      }
    } else if (event.has_summary()) {
      summary = event.summary();
      stream.AddMessage(event);
    }
    return true;
  };
  const auto finish = [&] {
    progress->Clear();
    table.Finish();
    stream.Finish();
  };
  const auto how_far = [&] {
    return "verified only up to " + (last_file.empty() ? "the start" : last_file);
  };
  try {
    session.Stream<Stub, v1::VerifySegmentsRequest, v1::VerifySegmentsResponse>(
        &Stub::VerifySegments, request, "verify", on_event);
  } catch (const LostFailure& lost) {
    finish();
    throw lost.GoingOn(how_far(), ResumedVerify(session, last_file));
  } catch (const Failure&) {
    finish();  // what was found until then is true all the same
    throw;
  }
  finish();
  if (session.cut_short()) {
    throw Failure(fmt::format("{}: {}", how_far(), session.why_cut_short()),
                  ResumedVerify(session, last_file));
  }
  session.Note(fmt::format(
      "{} in {} of {} verified, {}: {}, {}", Count(summary.record_count(), "record"),
      Count(summary.segment_count(), "segment"), Count(summary.partition_count(), "partition"),
      FormatSize(summary.read_bytes()), Count(summary.error_count(), "error"),
      Count(summary.warning_count(), "warning")));
  if (summary.error_count() + summary.warning_count() > 0) session.set_exit_code(kDrift);
}

// What an option means when it is not given.
enum class Unset { kFirst, kAll };

void AddPlaceOptions(CLI::App* verb, Place& place, bool topic_required, Unset partition,
                     std::optional<Unset> base_offset) {
  CLI::Option* topic = verb->add_option("topic", place.topic, "Its topic");
  SetCompletion(topic->required(topic_required), Completion::kTopic);
  verb->add_option("-p,--partition", place.partition,
                   partition == Unset::kAll ? "Only this partition" : "The partition (0)");
  if (base_offset) {
    verb->add_option("--base-offset", place.base_offset,
                     base_offset == Unset::kAll
                         ? "Only the segment with this base offset"
                         : "The segment with this base offset (the first one)");
  }
  verb->add_option("--dir", place.directory,
                   "Read this data directory, without a broker; nothing is changed")
      ->type_name("DIRECTORY");
}

void AddDump(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(noun, "dump", "Show the batches of a partition, as they are on disk",
                           {"monkafkactl segment dump orders --partition 0",
                            "monkafkactl segment dump orders --from 100 --max 10 --records",
                            "monkafkactl segment dump orders --dir monkafka-data -o jsonl"});
  auto flags = std::make_shared<DumpFlags>();
  AddPlaceOptions(verb, *flags, /*topic_required=*/true, Unset::kFirst, Unset::kAll);
  verb->add_option("--from", flags->from, "Begin with the batch that holds this offset");
  verb->add_option("--to", flags->to, "End before the batch that begins at this offset");
  verb->add_option("--max", flags->max_batches, "At most so many batches")->check(AboveZero());
  verb->add_flag("--records", flags->records, "Show the records of each batch too");
  verb->add_option("--max-bytes", flags->max_bytes, "Cut keys and values in tables; 0: don't (64)")
      ->type_name("SIZE");
  verb->callback([flags, &session] { Dump(session, *flags); });
}

void AddVerify(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(
      noun, "verify", "Read files and say what is wrong with them; exit code 2 if anything is",
      {"monkafkactl segment verify", "monkafkactl segment verify orders --records",
       "monkafkactl segment verify --dir monkafka-data",
       "monkafkactl segment verify --from orders-1/00000000000000000000.log"});
  auto flags = std::make_shared<VerifyFlags>();
  AddPlaceOptions(verb, *flags, /*topic_required=*/false, Unset::kAll, Unset::kAll);
  verb->add_flag("--records", flags->records, "Decompress and read the records too");
  verb->add_option("--from", flags->from,
                   "Begin with this file, as a verify that was cut short said")
      ->type_name("LOG");
  verb->callback([flags, &session] { Verify(session, *flags); });
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "segment", "The files that partitions are made of");

  CLI::App* list = AddVerb(
      *noun, "list", "List the segments of a topic",
      {"monkafkactl segment list orders", "monkafkactl segment list orders --partition 0 -o wide",
       "monkafkactl segment list orders --dir monkafka-data"});
  struct ListFlags : Place {
    bool no_counts = false;
  };
  auto list_flags = std::make_shared<ListFlags>();
  AddPlaceOptions(list, *list_flags, /*topic_required=*/true, Unset::kAll, std::nullopt);
  list->add_flag("--no-counts", list_flags->no_counts,
                 "Don't count batches and records, which reads every batch header");
  list->callback([list_flags, &session] { List(session, *list_flags, !list_flags->no_counts); });

  CLI::App* get = AddVerb(*noun, "get", "Show one segment",
                          {"monkafkactl segment get orders --partition 0 --base-offset 0"});
  auto place = std::make_shared<Place>();
  AddPlaceOptions(get, *place, /*topic_required=*/true, Unset::kFirst, Unset::kFirst);
  get->callback([place, &session] { Get(session, *place); });

  AddDump(*noun, session);
  AddVerify(*noun, session);
}

}  // namespace monkafka::cli::segment
