#include "cli/produce.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <istream>
#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/producer.h"
#include "cli/shell.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::cli::record {
namespace {

struct Flags : MutationFlags {
  std::string topic, timestamp, file, separator;
  std::optional<std::string> key, value;
  std::vector<std::string> headers;
  std::optional<int32_t> partition;
  std::string compression = "none";
  std::string acks = "all";
  bool json_lines = false;
  bool tombstone = false;
};

void SetCommon(const Flags& flags, v1::NewRecord& record) {
  for (const std::string& text : flags.headers) {
    auto [name, value] = ParseAssignment(text);
    v1::Header& header = *record.add_headers();
    header.set_key(name);
    header.set_value(value);
  }
  if (flags.partition) record.set_partition(*flags.partition);
  if (!flags.timestamp.empty()) {
    record.set_timestamp_ms(
        ParseTimeOption("--timestamp", flags.timestamp).time_since_epoch().count());
  }
}

v1::NewRecord ParseLine(const Flags& flags, const std::string& line, int64_t number) {
  v1::NewRecord record;
  if (flags.json_lines) {
    auto status = google::protobuf::util::JsonStringToMessage(line, &record);
    if (!status.ok()) {
      const std::string_view why(status.message().data(), status.message().size());
      throw Failure(
          fmt::format("line {} is no NewRecord: {}", number, why.substr(0, why.find('\n'))),
          "each line is a NewRecord as protobuf JSON; key and value are base64");
    }
    return record;
  }
  if (flags.key) record.set_key(*flags.key);
  size_t at = flags.separator.empty() ? std::string::npos : line.find(flags.separator);
  if (at == std::string::npos) {
    if (!flags.separator.empty()) {
      throw Failure(
          fmt::format("line {} has no \"{}\" between key and value", number, flags.separator),
          "give each line as KEY" + flags.separator +
              "VALUE; without --key-separator a line is a value");
    }
    record.set_value(line);
  } else {
    record.set_key(line.substr(0, at));
    record.set_value(line.substr(at + flags.separator.size()));
  }
  SetCommon(flags, record);
  return record;
}

v1::CompressionType ParseCompression(const std::string& name) {
  std::string full = "COMPRESSION_TYPE_" + name;
  for (char& c : full) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  v1::CompressionType type = v1::COMPRESSION_TYPE_NONE;
  if (!v1::CompressionType_Parse(full, &type) || type == v1::COMPRESSION_TYPE_UNSPECIFIED) {
    throw UsageError(fmt::format("there is no compression {}", name),
                     "it is one of none, gzip, snappy, lz4, zstd");
  }
  return type;
}

bool ReadsStdin(const Flags& flags) { return flags.file.empty() || flags.file == "-"; }

// What goes on behind the first `done` lines.
std::string RestOfLines(const Session& session, const Flags& flags, int64_t done) {
  if (done == 0) return CommandText(session.words());
  const std::string command = CommandText(WithoutOptions(session.words(), {"-f", "--file"}));
  if (ReadsStdin(flags)) {
    return fmt::format("give the lines from number {} on to:\n{}", done + 1, command);
  }
  return fmt::format("tail -n +{} {} | {}", done + 1, ShellQuoted(flags.file), command);
}

// Lines that can be had without waiting, which nobody will send.
int64_t CountLinesAtHand(std::istream& in) {
  in.clear();
  std::streambuf& buffer = *in.rdbuf();
  int64_t lines = 0;
  bool begun = false;
  for (auto left = buffer.in_avail(); left > 0; --left) {
    begun = buffer.sbumpc() != '\n';
    if (!begun) ++lines;
  }
  return lines + (begun ? 1 : 0);
}

// "3 records that the broker has acknowledged and 1 that it refused".
std::string AnsweredRecords(const Producer& producer) {
  std::string text = Count(producer.answered() - producer.refused(), "record") +
                     " that the broker has acknowledged";
  if (producer.refused() > 0) {
    text += fmt::format(" and {} that it refused", Grouped(producer.refused()));
  }
  return text;
}

// What is wrong with a line does not keep those before it from being sent.
v1::NewRecord NextRecord(const Session& session, const Flags& flags, const std::string& line,
                         int64_t number, Producer& producer) {
  try {
    return ParseLine(flags, line, number);
  } catch (const Failure& bad) {
    producer.Send();
    if (number == 1) throw;
    throw Failure(fmt::format("{}, after {}", bad.what(), AnsweredRecords(producer)),
                  fmt::format("{}. To go on with this line, mended:\n{}", bad.next(),
                              RestOfLines(session, flags, number - 1)),
                  bad.details(), bad.exit_code());
  }
}

// An interrupt lets the request that is under way end, so that it is known what was produced, and
// nothing more is sent.
void ProduceLines(Session& session, const Flags& flags, std::istream& in, Producer& producer) {
  const InterruptWatch watch([] {});
  int64_t number = 0;
  bool one_more = false;  // that was read as the interrupt came
  try {
    std::string line;
    while ((one_more = !std::getline(in, line).fail()) && !watch.interrupted()) {
      ++number;
      producer.Add(NextRecord(session, flags, line, number, producer));
    }
    if (!watch.interrupted()) return producer.Send();
  } catch (const LostFailure& lost) {
    throw lost.GoingOn("after " + AnsweredRecords(producer) +
                           "; of those that were under way some may be there as well",
                       RestOfLines(session, flags, producer.answered()));
  }
  std::string what = "interrupted after " + AnsweredRecords(producer);
  const int64_t unsent = number - producer.answered() + (one_more ? 1 : 0) + CountLinesAtHand(in);
  if (ReadsStdin(flags)) what += fmt::format("; {} read and not sent", Count(unsent, "line"));
  throw Failure(what, RestOfLines(session, flags, producer.answered()));
}

// What was read is sent before more is waited for: a line that is typed, or the end of a log that
// is followed, does not wait for the next one.
void ProduceInput(Session& session, const Flags& flags, std::istream& in, Producer& producer) {
  auto* input = dynamic_cast<InterruptibleInput*>(in.rdbuf());
  const std::ios::iostate thrown = in.exceptions();
  if (input != nullptr) {
    in.exceptions(std::ios::badbit);
    input->set_before_waiting([&] { producer.Send(); });
  }
  const auto restore = [&](const void*) {
    if (input != nullptr) input->set_before_waiting(nullptr);
    in.exceptions(thrown);
  };
  const std::unique_ptr<std::istream, decltype(restore)> restored(&in, restore);
  ProduceLines(session, flags, in, producer);
}

void ProduceAll(Session& session, const Flags& flags, Producer& producer) {
  if (flags.value || flags.tombstone) {
    v1::NewRecord record;
    if (flags.key) record.set_key(*flags.key);
    if (flags.value) record.set_value(*flags.value);
    SetCommon(flags, record);
    producer.Add(std::move(record));
    producer.Send();
  } else if (ReadsStdin(flags)) {
    if (session.world().terminal.input_is_terminal) {
      session.Note("one record a line; Ctrl-D ends");
    }
    ProduceInput(session, flags, session.world().in, producer);
  } else {
    const OpenedFile file(flags.file);
    InterruptibleInput input(file.descriptor());
    std::istream in(&input);
    ProduceInput(session, flags, in, producer);
  }
}

void Produce(Session& session, const Flags& flags) {
  if (flags.tombstone && !flags.key) throw UsageError("a tombstone needs a key", "add --key");
  v1::ProduceRecordsRequest request;
  request.set_topic(flags.topic);
  request.set_compression_type(ParseCompression(flags.compression));
  request.set_acks(flags.acks == "leader" ? v1::ACKS_LEADER : v1::ACKS_ALL);
  request.set_validate_only(flags.dry_run);
  if (!flags.dry_run) session.Confirm("produce to " + flags.topic, true, /*destructive=*/false);
  Producer producer(session, std::move(request));
  try {
    ProduceAll(session, flags, producer);
  } catch (const Failure&) {
    if (producer.has_answers()) producer.Finish();
    throw;
  }
  producer.Finish();
}

}  // namespace

void AddProduce(CLI::App& noun, Session& session) {
  CLI::App* verb =
      AddVerb(noun, "produce", "Append records: one of --value, or a line each of stdin or a file",
              {"monkafkactl record produce orders --key customer-7 --value paid",
               "printf 'a\\nb\\n' | monkafkactl record produce orders",
               "printf 'k1:v1\\nk2:v2\\n' | monkafkactl record produce orders --key-separator :",
               "monkafkactl record produce orders --key customer-7 --tombstone --dry-run"});
  auto flags = std::make_shared<Flags>();
  SetCompletion(verb->add_option("topic", flags->topic, "The topic")->required(),
                Completion::kTopic);
  verb->add_option("-k,--key", flags->key, "The key; null if not given")->type_name("TEXT");
  auto* value =
      verb->add_option("--value", flags->value, "The value of one record")->type_name("TEXT");
  auto* file = SetCompletion(
      verb->add_option("-f,--file", flags->file, "Read lines from this file"), Completion::kFile);
  file->excludes(value);
  verb->add_flag("--tombstone", flags->tombstone, "One record without value, which deletes the key")
      ->excludes(value)
      ->excludes(file);
  verb->add_option("--header", flags->headers, "A header; may be repeated")
      ->type_name("NAME=TEXT")
      ->allow_extra_args(false);
  verb->add_option("-p,--partition", flags->partition,
                   "The partition; else by the key, as Kafka does")
      ->check(NotNegative(kMostInt32));
  verb->add_option("--timestamp", flags->timestamp, "The timestamp; now if not given")
      ->type_name("TIME");
  auto* separator =
      verb->add_option("--key-separator", flags->separator, "Each line is KEY, this, VALUE")
          ->type_name("TEXT");
  verb->add_flag("--jsonl", flags->json_lines, "Each line is a NewRecord as protobuf JSON")
      ->excludes(separator);
  verb->add_option("--compression", flags->compression, "none, gzip, snappy, lz4 or zstd (none)");
  verb->add_option("--acks", flags->acks, "all or leader (all)")
      ->check(CLI::IsMember({"all", "leader"}));
  AddMutationFlags(verb, *flags, /*destructive=*/false);
  verb->callback([flags, &session] { Produce(session, *flags); });
}

}  // namespace monkafka::cli::record
