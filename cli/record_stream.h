// What tail, read and search have in common: records are printed as they come, however the server
// has cut them into messages, and when the stream is cut short, the commands that go on where it
// ended.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "cli/record_cells.h"
#include "cli/session.h"
#include "monkafka/admin/v1/records.pb.h"

namespace monkafka::cli {

// The session must outlive it.
class RecordStream {
 public:
  // `max` is --max; 0: as many as there are.
  RecordStream(Session& session, int64_t max)
      : session_(session),
        max_(max),
        items_(session.printer(), RecordTitles(session.printer().wide()), ItemStream::Pace::kBulk) {
  }

  // The records of a message; they are seen at once.
  template <class Event>
  void Add(const Event& event) {
    using monkafka::admin::v1::PartitionRecord;
    if (event.records().empty()) return;
    for (const PartitionRecord& at : event.records()) next_[at.partition()] = NextOffset(at);
    count_ += event.records_size();
    items_.AddAll(
        event, event.records(),
        [](const PartitionRecord& at) {
          return fmt::format("{}-{}@{}", at.topic(), at.partition(), at.record().offset());
        },
        [this](const PartitionRecord& at) { return RecordCells(at, session_.printer().wide()); });
    session_.printer().out().flush();
  }

  // A message that ends the stream.
  template <class Event>
  void End(const Event& event) {
    items_.AddMessage(event);
  }

  void Finish() { items_.Finish(); }
  int64_t count() const { return count_; }
  // All that --max wants are there.
  bool full() const { return max_ > 0 && count_ >= max_; }
  // `words` with just so many for --max as are left of it.
  std::vector<std::string> WithRestOfMax(std::vector<std::string> words) const;

  // The commands that go on, one a line: behind the last record of each partition that had any, and
  // for `partitions` that had none with `other_start`, options that say where. When they are
  // several, a comment says what --max leaves for all together.
  std::string Resume(const std::vector<int32_t>& partitions,
                     const std::vector<std::string>& other_start) const;

 private:
  static int64_t NextOffset(const monkafka::admin::v1::PartitionRecord& at) {
    return at.record().offset() + 1;
  }

  Session& session_;
  const int64_t max_;
  ItemStream items_;
  std::map<int32_t, int64_t> next_;
  int64_t count_ = 0;
};

// The options that say so on a command line.
std::vector<std::string> StartOptions(const monkafka::admin::v1::ReadStart& start);

}  // namespace monkafka::cli
