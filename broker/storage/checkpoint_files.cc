#include "storage/checkpoint_files.h"

#include <fmt/core.h>

#include <charconv>
#include <functional>
#include <optional>

namespace monkafka::storage {
namespace {

std::unexpected<Error> Malformed(std::string_view what, std::string_view line) {
  return Fail(ErrorCode::kKafkaStorageError, fmt::format("{}: '{}'", what, line.substr(0, 300)));
}

// The next line without its end; nullopt at the end of the content.
std::optional<std::string_view> TakeLine(std::string_view& content) {
  if (content.empty()) return std::nullopt;
  const size_t end = content.find('\n');
  std::string_view line = content.substr(0, end);
  content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view TakeWord(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

template <class T>
bool TakeNumber(std::string_view& line, T& number) {
  const std::string_view word = TakeWord(line);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size() && !word.empty();
}

Status ParseCheckpoint(std::string_view content,
                       const std::function<bool(std::string_view line)>& entry) {
  std::optional<std::string_view> line = TakeLine(content);
  if (!line) return {};
  if (*line != "0") return Malformed("unknown checkpoint version", *line);
  line = TakeLine(content);
  if (!line) return {};
  int64_t expected = 0;
  std::string_view rest = *line;
  if (!TakeNumber(rest, expected)) return Malformed("not a number of entries", *line);
  int64_t found = 0;
  while ((line = TakeLine(content))) {
    if (!entry(*line)) return Malformed("malformed checkpoint entry", *line);
    ++found;
  }
  if (found == expected) return {};
  return Malformed("wrong number of checkpoint entries", fmt::format("{} of {}", found, expected));
}

}  // namespace

std::string FormatOffsetCheckpoint(const OffsetCheckpoint& entries) {
  std::string content = fmt::format("0\n{}\n", entries.size());
  for (const auto& [tp, offset] : entries) {
    content += fmt::format("{} {} {}\n", tp.topic, tp.partition, offset);
  }
  return content;
}

Result<OffsetCheckpoint> ParseOffsetCheckpoint(std::string_view content) {
  OffsetCheckpoint entries;
  Status status = ParseCheckpoint(content, [&](std::string_view line) {
    TopicPartition tp;
    Offset offset = 0;
    tp.topic = TakeWord(line);
    if (tp.topic.empty() || !TakeNumber(line, tp.partition) || !TakeNumber(line, offset) ||
        !TakeWord(line).empty()) {
      return false;
    }
    entries[std::move(tp)] = offset;
    return true;
  });
  if (!status) return Forward(std::move(status));
  return entries;
}

std::string FormatLeaderEpochs(std::span<const EpochEntry> entries) {
  std::string content = fmt::format("0\n{}\n", entries.size());
  for (const EpochEntry& entry : entries) {
    content += fmt::format("{} {}\n", entry.epoch, entry.start_offset);
  }
  return content;
}

Result<std::vector<EpochEntry>> ParseLeaderEpochs(std::string_view content) {
  std::vector<EpochEntry> entries;
  Status status = ParseCheckpoint(content, [&](std::string_view line) {
    EpochEntry entry;
    if (!TakeNumber(line, entry.epoch) || !TakeNumber(line, entry.start_offset) ||
        !TakeWord(line).empty() || entry.epoch < 0 || entry.start_offset < 0) {
      return false;
    }
    entries.push_back(entry);
    return true;
  });
  if (!status) return Forward(std::move(status));
  return entries;
}

std::string FormatPartitionMetadata(const Uuid& topic_id) {
  return fmt::format("version: 0\ntopic_id: {}", topic_id.ToString());
}

Result<Uuid> ParsePartitionMetadata(std::string_view content) {
  std::optional<std::string_view> line = TakeLine(content);
  if (line != "version: 0")
    return Malformed("unknown partition.metadata version", line.value_or(""));
  constexpr std::string_view kKey = "topic_id: ";
  line = TakeLine(content);
  if (!line || !line->starts_with(kKey)) {
    return Malformed("partition.metadata without topic_id", line.value_or(""));
  }
  Result<Uuid> id = Uuid::Parse(line->substr(kKey.size()));
  if (!id) return Malformed("partition.metadata with an invalid topic_id", *line);
  return id;
}

std::string FormatCleanShutdown() { return R"({"version":0,"brokerEpoch":-1})"; }

}  // namespace monkafka::storage
