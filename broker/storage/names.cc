#include "storage/names.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace monkafka::storage {
namespace {

constexpr size_t kOffsetDigits = 20;
constexpr size_t kMaxNameLength = 255;

template <class T>
std::optional<T> ParseNumber(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string SegmentFileName(Offset base_offset, std::string_view suffix) {
  return fmt::format("{:020}{}", base_offset, suffix);
}

std::optional<SegmentFileNameParts> ParseSegmentFileName(std::string_view name) {
  if (name.size() <= kOffsetDigits || name[kOffsetDigits] != '.') return std::nullopt;
  const std::string_view digits = name.substr(0, kOffsetDigits);
  if (!std::all_of(digits.begin(), digits.end(), IsDigit)) return std::nullopt;
  const std::optional<Offset> offset = ParseNumber<Offset>(digits);
  if (!offset) return std::nullopt;
  return SegmentFileNameParts{*offset, name.substr(kOffsetDigits)};
}

std::optional<TopicPartition> ParsePartitionDirectory(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size()) return std::nullopt;
  const std::string_view digits = name.substr(dash + 1);
  if (!std::all_of(digits.begin(), digits.end(), IsDigit)) return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  const std::optional<int32_t> partition = ParseNumber<int32_t>(digits);
  if (!partition) return std::nullopt;
  return TopicPartition{std::string(name.substr(0, dash)), *partition};
}

std::string DeletedDirectoryName(const TopicPartition& tp) {
  std::string unique;
  for (const uint8_t byte : Uuid::Random().bytes) unique += fmt::format("{:02x}", byte);
  const std::string suffix = fmt::format("-{}.{}{}", tp.partition, unique, kDeleteDirectorySuffix);
  return tp.topic.substr(0, kMaxNameLength - suffix.size()) + suffix;
}

bool IsDeletedDirectory(std::string_view name) {
  return name.ends_with(kDeleteDirectorySuffix) && name.find('.') != std::string_view::npos &&
         !ParsePartitionDirectory(name);
}

}  // namespace monkafka::storage
