#include "cli/record_stream.h"

#include <algorithm>

#include "cli/shell.h"

namespace monkafka::cli {

std::vector<std::string> RecordStream::WithRestOfMax(std::vector<std::string> words) const {
  if (max_ == 0 || full()) return words;
  words = WithoutOptions(words, {"--max"});
  words.insert(words.end(), {"--max", std::to_string(max_ - count_)});
  return words;
}

std::string RecordStream::Resume(const std::vector<int32_t>& partitions,
                                 const std::vector<std::string>& other_start) const {
  const std::vector<std::string> base = WithRestOfMax(WithoutOptions(
      session_.words(), {"--offset", "--since", "--last", "-n", "--partitions", "-p"},
      {"--from-beginning"}));
  std::string text;
  auto add = [&](const std::string& which, const std::vector<std::string>& start) {
    std::vector<std::string> words = base;
    if (!which.empty()) words.insert(words.end(), {"--partitions", which});
    words.insert(words.end(), start.begin(), start.end());
    text += (text.empty() ? "" : "\n") + CommandText(words);
  };
  for (const auto& [partition, offset] : next_) {
    add(std::to_string(partition), {"--offset", std::to_string(offset)});
  }
  std::vector<int32_t> others;
  std::copy_if(partitions.begin(), partitions.end(), std::back_inserter(others),
               [&](int32_t partition) { return !next_.contains(partition); });
  if (!others.empty() || next_.empty()) add(fmt::format("{}", fmt::join(others, ",")), other_start);
  if (max_ > 0 && !full() && next_.size() + (others.empty() ? 0 : 1) > 1) {
    text += fmt::format("\n# {} left of --max in all; each of these may show as many",
                        Count(max_ - count_, "record"));
  }
  return text;
}

std::vector<std::string> StartOptions(const monkafka::admin::v1::ReadStart& start) {
  using Start = monkafka::admin::v1::ReadStart;
  switch (start.start_case()) {
    case Start::kEarliest:
      return {"--from-beginning"};
    case Start::kOffset:
      return {"--offset", std::to_string(start.offset())};
    case Start::kLast:
      return {"--last", std::to_string(start.last())};
    case Start::kTimestampMs:
      return {"--since", FormatTime(TimePoint(std::chrono::milliseconds(start.timestamp_ms())))};
    case Start::kLatest:
    case Start::START_NOT_SET:
      break;
  }
  return {};
}

}  // namespace monkafka::cli
