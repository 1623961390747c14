#include "cli/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace monkafka::cli {

Cell TimestampCell(int64_t timestamp_ms) {
  if (timestamp_ms < 0) return Absent();
  return Time(TimePoint(std::chrono::milliseconds(timestamp_ms)));
}

Cell TimestampCell(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return Absent();
  return TimestampCell(time.seconds() * 1000 + time.nanos() / 1'000'000);
}

Cell SizeOrAbsent(int64_t bytes) {
  if (bytes >= 0) return Size(bytes);
  return NoNumber();
}

Cell LagCell(const v1::GroupLag& lag) {
  const int unknown = lag.unknown_partition_count();
  if (unknown == 0) return Number(lag.total_lag_records());
  if (unknown == lag.partitions_size()) return NoNumber();
  Cell cell = Number(lag.total_lag_records());
  cell.text += fmt::format(" + {} unknown", unknown);
  return cell;
}

std::chrono::milliseconds ToMilliseconds(const google::protobuf::Duration& duration) {
  return std::chrono::milliseconds(duration.seconds() * 1000 + duration.nanos() / 1'000'000);
}

std::chrono::milliseconds SecondsToMilliseconds(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

google::protobuf::Duration ToDuration(std::chrono::milliseconds duration) {
  google::protobuf::Duration message;
  message.set_seconds(duration.count() / 1000);
  message.set_nanos(static_cast<int32_t>(duration.count() % 1000 * 1'000'000));
  return message;
}

std::string Word(const std::string& name, std::string_view prefix) {
  std::string word = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) {
    return c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  });
  return word;
}

std::string AdviceOnHealth(const v1::HealthCheck& check) {
  if (check.name() == "disk") {
    return "make room: lower retention.bytes or retention.ms of a topic, or move log.dirs";
  }
  if (check.name() == "partitions") {
    return "`monkafkactl segment verify` says what is damaged; the broker reads a restored file at "
           "its next start";
  }
  return "the broker's log says more";
}

std::string Named(const std::vector<std::string>& names) {
  constexpr size_t kMostNamed = 5;
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i == kMostNamed) return fmt::format("{} and {} more", text, names.size() - i);
    const bool last = i > 0 && i + 1 == names.size() && names.size() <= kMostNamed;
    text += (i == 0 ? "" : last ? " and " : ", ") + Printable(names[i]);
  }
  return text;
}

std::string Quoted(std::string_view literal) {
  std::string quoted = "\"";
  for (char c : literal) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Grouped(int64_t number) {
  std::string digits = std::to_string(number);
  const size_t first = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string Count(int64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", Grouped(count), thing,
                     count == 1              ? ""
                     : thing.ends_with("ch") ? "es"
                                             : "s");
}

}  // namespace monkafka::cli
