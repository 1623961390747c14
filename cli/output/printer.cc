#include "cli/output/printer.h"

#include <algorithm>
#include <array>
#include <ostream>

namespace monkafka::cli {

std::optional<Format> ParseFormat(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Format>, 6> kFormats = {{
      {"table", Format::kTable},
      {"wide", Format::kWide},
      {"json", Format::kJson},
      {"jsonl", Format::kJsonl},
      {"yaml", Format::kYaml},
      {"name", Format::kName},
  }};
  for (const auto& [known, format] : kFormats) {
    if (known == name) return format;
  }
  return std::nullopt;
}

void Details::Field(std::string_view title, Cell value) {
  fields_.emplace_back(std::string(title), std::move(value));
}

void Details::Section(std::string_view title, Table table) {
  sections_.emplace_back(std::string(title), std::move(table));
}

void Details::Write(std::ostream& out, const Terminal& terminal) const {
  constexpr int kLeastRoom = 20;  // for values; in less they are not wrapped
  size_t width = 0;
  for (const auto& [title, value] : fields_) width = std::max(width, title.size());
  const int room = terminal.width - static_cast<int>(width) - 2;
  for (const auto& [title, value] : fields_) {
    std::string label = title + ":";
    label.resize(width + 2, ' ');
    std::vector<std::string> lines = {value.text};
    if (room >= kLeastRoom) lines = WrapWords(value.text, room);
    for (const std::string& line : lines) {
      out << Paint(label, Tone::kDim, terminal.colour) << Paint(line, value.tone, terminal.colour)
          << '\n';
      label.assign(width + 2, ' ');
    }
  }
  for (const auto& [title, table] : sections_) {
    if (table.empty()) continue;
    out << '\n' << Paint(title, Tone::kStrong, terminal.colour) << '\n';
    table.Write(out, terminal);
  }
}

Printer::Printer(std::ostream& out, Format format, Terminal terminal)
    : out_(out), format_(format), terminal_(terminal) {}

bool Printer::PrintMessage(const google::protobuf::Message& message) {
  switch (format_) {
    case Format::kJson:
      if (in_array_) out_ << (any_element_ ? "," : "[\n");
      any_element_ = true;
      out_ << ToJson(message);
      return true;
    case Format::kJsonl:
      out_ << ToJsonLine(message) << '\n';
      return true;
    case Format::kYaml:
      out_ << (any_yaml_ ? "---\n" : "") << ToYaml(message);
      any_yaml_ = true;
      return true;
    case Format::kTable:
    case Format::kWide:
    case Format::kName:
      return false;
  }
  return false;
}

void Printer::BeginArray() {
  in_array_ = true;
  any_element_ = false;
}

void Printer::EndArray() {
  if (format_ == Format::kJson) out_ << (any_element_ ? "]\n" : "[]\n");
  in_array_ = false;
}

void Printer::PrintOne(const google::protobuf::Message& message, std::string_view name,
                       const std::function<void(Details&)>& describe) {
  if (PrintMessage(message)) return;
  if (format_ == Format::kName) {
    out_ << name << '\n';
    return;
  }
  Details details;
  describe(details);
  details.Write(out_, terminal_);
}

void Printer::PrintDocument(const google::protobuf::Message& document, std::string_view name,
                            Defaults defaults) {
  if (format_ == Format::kName) {
    out_ << name << '\n';
    return;
  }
  const std::string json = ToDocument(document, /*indented=*/format_ == Format::kJson, defaults);
  if (format_ == Format::kJson) {
    out_ << json;
  } else if (format_ == Format::kJsonl) {
    out_ << json << '\n';
  } else {
    out_ << JsonToYaml(json);
  }
}

ItemStream::ItemStream(Printer& printer, std::vector<std::string> titles, Pace pace,
                       std::string field)
    : printer_(printer),
      pace_(pace),
      field_(std::move(field)),
      rows_(std::move(titles), printer.wide(), printer.out(), printer.terminal()) {}

bool ItemStream::AddMessage(const google::protobuf::Message& message) {
  if (!IsStructured()) return false;
  AddJson(ToJsonLine(message));
  return true;
}

bool ItemStream::AddElements(const google::protobuf::Message& batch) {
  if (!IsStructured()) return false;
  const std::string json = ToJsonLine(batch);
  for (const std::string_view element : ElementsOfFirstList(json)) AddJson(element);
  return true;
}

bool ItemStream::IsStructured() const {
  const Format format = printer_.format();
  return format == Format::kJson || format == Format::kJsonl || format == Format::kYaml;
}

void ItemStream::AddJson(std::string_view json) {
  std::ostream& out = printer_.out();
  if (printer_.format() == Format::kJson) {
    out << (any_ ? "," : Opening() + "\n") << json << '\n';
  } else if (printer_.format() == Format::kJsonl) {
    out << json << '\n';
  } else if (field_.empty()) {
    out << (any_ ? "---\n" : "") << JsonToYaml(json);
  } else {
    if (!any_) out << field_ << ":\n";
    out << JsonToYaml("[" + std::string(json) + "]");
  }
  Sync();
}

void ItemStream::AddName(const std::string& name) {
  printer_.out() << name << '\n';
  Sync();
}

void ItemStream::AddRow(std::vector<Cell> cells) {
  rows_.Add(std::move(cells));
  Sync();
}

void ItemStream::Sync() {
  any_ = true;
  if (pace_ == Pace::kLive) printer_.out().flush();
}

std::string ItemStream::Opening() const { return field_.empty() ? "[" : "{\"" + field_ + "\": ["; }

void ItemStream::Finish() {
  std::ostream& out = printer_.out();
  if (printer_.format() == Format::kJson) {
    out << (any_ ? "" : Opening()) << (field_.empty() ? "]\n" : "]}\n");
  } else if (printer_.format() == Format::kYaml && !field_.empty() && !any_) {
    out << field_ << ": []\n";
  }
  out.flush();
}

}  // namespace monkafka::cli
