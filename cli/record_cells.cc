#include "cli/record_cells.h"

#include <fmt/format.h>

namespace monkafka::cli {
namespace {

// A key or value that may be null, and may have been cut.
std::string FieldText(bool present, const std::string& bytes, int32_t full_size) {
  if (!present) return "null";
  std::string text = Printable(bytes);
  if (full_size > static_cast<int64_t>(bytes.size())) text += fmt::format("… ({} B)", full_size);
  return text;
}

std::string HeadersText(const v1::Record& record) {
  std::string text;
  for (const v1::Header& header : record.headers()) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", Printable(header.key()),
                        header.has_value() ? Printable(header.value()) : "null");
  }
  return text;
}

std::string ControlText(const v1::Record& record) {
  if (record.control_type() == v1::CONTROL_TYPE_UNSPECIFIED) return "";
  return Word(v1::ControlType_Name(record.control_type()), "CONTROL_TYPE_");
}

}  // namespace

std::vector<std::string> RecordTitles(bool wide) {
  std::vector<std::string> titles = {"PARTITION", "OFFSET", "TIMESTAMP", "KEY", "VALUE"};
  if (wide) titles.push_back("HEADERS");
  return titles;
}

std::vector<Cell> RecordCells(const v1::PartitionRecord& at, bool wide) {
  const v1::Record& record = at.record();
  std::vector<Cell> cells = {
      Number(at.partition()), Number(record.offset()), TimestampCell(record.timestamp_ms()),
      record.has_key() ? Prose(FieldText(true, record.key(), record.key_size_bytes())) : Absent(),
      Prose(FieldText(record.has_value(), record.value(), record.value_size_bytes()),
            record.has_value() ? Tone::kPlain : Tone::kDim)};
  if (wide) cells.push_back(Prose(HeadersText(record)));
  return cells;
}

std::string RecordLine(const v1::Record& record) {
  std::string line =
      fmt::format("offset {}  {}", record.offset(), TimestampCell(record.timestamp_ms()).text);
  if (std::string control = ControlText(record); !control.empty()) return line + "  " + control;
  line += fmt::format("  key={}  value={}",
                      FieldText(record.has_key(), record.key(), record.key_size_bytes()),
                      FieldText(record.has_value(), record.value(), record.value_size_bytes()));
  std::string headers = HeadersText(record);
  return headers.empty() ? line : line + "  headers " + headers;
}

}  // namespace monkafka::cli
