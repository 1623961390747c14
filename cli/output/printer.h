// Writes answers to stdout in the format that the user chose.
//
// One answer:    printer.PrintList(response, response.topics(), view)
// A stream:      ItemStream stream(printer, titles); stream.Add(message, cells) ...;
// stream.Finish()
//
// json, jsonl and yaml show the RPC's message itself; table and wide show what the noun's view
// makes of it; name shows names alone, one a line, for shell loops.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/structured.h"
#include "cli/output/table.h"

namespace monkafka::cli {

enum class Format { kTable, kWide, kJson, kJsonl, kYaml, kName };

std::optional<Format> ParseFormat(std::string_view name);
constexpr std::string_view kFormatNames = "table|wide|json|jsonl|yaml|name";

// How a list of Item is shown to people.
template <class Item>
struct View {
  struct Column {
    std::string title;
    std::function<Cell(const Item&)> cell;
    bool wide_only = false;
  };
  std::string items = "results";  // as in "no topics"
  std::function<std::string(const Item&)> name;
  std::vector<Column> columns;
};

// What a single thing looks like: lines "Title: value", then tables.
class Details {
 public:
  void Field(std::string_view title, Cell value);
  void Section(std::string_view title, Table table);
  void Write(std::ostream& out, const Terminal& terminal) const;

 private:
  std::vector<std::pair<std::string, Cell>> fields_;
  std::vector<std::pair<std::string, Table>> sections_;
};

// Not thread-safe. The stream must outlive it.
class Printer {
 public:
  Printer(std::ostream& out, Format format, Terminal terminal);

  Format format() const { return format_; }
  bool for_people() const { return format_ == Format::kTable || format_ == Format::kWide; }
  bool wide() const { return format_ == Format::kWide; }
  std::ostream& out() { return out_; }
  const Terminal& terminal() const { return terminal_; }

  // `items` is the repeated field of `response` that jsonl prints an element a line of.
  template <class Items, class Item>
  void PrintList(const google::protobuf::Message& response, const Items& items,
                 const View<Item>& view);

  void PrintOne(const google::protobuf::Message& message, std::string_view name,
                const std::function<void(Details&)>& describe);

  // The messages between the two are the elements of one JSON array; other formats are as ever.
  void BeginArray();
  void EndArray();

  // What is to be kept in a file, without fields that say nothing: YAML unless another format was
  // asked for.
  void PrintDocument(const google::protobuf::Message& document, std::string_view name,
                     Defaults defaults = Defaults::kLeftOut);

 private:
  // True when the format needs nothing but the message.
  bool PrintMessage(const google::protobuf::Message& message);

  std::ostream& out_;
  const Format format_;
  const Terminal terminal_;
  bool any_yaml_ = false;  // a further document needs a line between
  bool in_array_ = false;
  bool any_element_ = false;
};

template <class Item>
std::vector<std::string> MakeTitles(const View<Item>& view, bool wide) {
  std::vector<std::string> titles;
  for (const auto& column : view.columns) {
    if (wide || !column.wide_only) titles.push_back(column.title);
  }
  return titles;
}

template <class Item>
std::vector<Cell> MakeCells(const View<Item>& view, const Item& item, bool wide) {
  std::vector<Cell> cells;
  for (const auto& column : view.columns) {
    if (wide || !column.wide_only) cells.push_back(column.cell(item));
  }
  return cells;
}

template <class Item, class Items>
Table MakeTable(const View<Item>& view, const Items& items, bool wide) {
  Table table(MakeTitles(view, wide), wide);
  for (const Item& item : items) table.Add(MakeCells(view, item, wide));
  return table;
}

// Prints the messages of a stream as they come. In json they are the elements of one array, in yaml
// documents; or, with a `field`, in both the elements of that list in one object: the answer that
// they are parts of.
class ItemStream {
 public:
  // kLive: each message is seen at once, as one wants of a stream that may pause. kBulk: whenever a
  // buffer is full, which is much cheaper.
  enum class Pace { kLive, kBulk };

  ItemStream(Printer& printer, std::vector<std::string> titles, Pace pace = Pace::kLive,
             std::string field = "");

  // `name` and `cells` are called when the format wants them: streams are long. `name` returns a
  // string, `cells` a vector of Cell, as many as there are titles.
  template <class Name, class Cells>
  void Add(const google::protobuf::Message& message, const Name& name, const Cells& cells);
  // The same for `items`, which are what `batch` has for its first and only field.
  template <class Items, class Name, class Cells>
  void AddAll(const google::protobuf::Message& batch, const Items& items, const Name& name,
              const Cells& cells);
  // For json, jsonl and yaml alone; true when it is one of them.
  bool AddMessage(const google::protobuf::Message& message);
  // Ends the array or object; also after an interruption, so that what is there can be parsed.
  void Finish();

 private:
  bool IsStructured() const;
  bool AddElements(const google::protobuf::Message& batch);
  std::string Opening() const;
  void AddJson(std::string_view json);
  void AddName(const std::string& name);
  void AddRow(std::vector<Cell> cells);
  void Sync();

  Printer& printer_;
  const Pace pace_;
  const std::string field_;
  RowWriter rows_;
  bool any_ = false;
};

template <class Name, class Cells>
void ItemStream::Add(const google::protobuf::Message& message, const Name& name,
                     const Cells& cells) {
  if (AddMessage(message)) return;
  printer_.for_people() ? AddRow(cells()) : AddName(name());
}

template <class Items, class Name, class Cells>
void ItemStream::AddAll(const google::protobuf::Message& batch, const Items& items,
                        const Name& name, const Cells& cells) {
  if (AddElements(batch)) return;
  for (const auto& item : items) {
    printer_.for_people() ? AddRow(cells(item)) : AddName(name(item));
  }
}

template <class Items, class Item>
void Printer::PrintList(const google::protobuf::Message& response, const Items& items,
                        const View<Item>& view) {
  if (format_ == Format::kJsonl) {
    for (const Item& item : items) out_ << ToJsonLine(item) << '\n';
  } else if (format_ == Format::kName) {
    for (const Item& item : items) out_ << view.name(item) << '\n';
  } else if (!PrintMessage(response)) {
    MakeTable(view, items, wide()).Write(out_, terminal_);
  }
}

}  // namespace monkafka::cli
