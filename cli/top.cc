// `top`: throughput, the busiest topics and partitions and the groups that are furthest behind: for
// people redrawn in place, for programs an object of each look.
#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <span>
#include <sstream>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"
#include "monkafka/admin/v1/offsets.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::top {
namespace {

constexpr int kMostTopics = 50;
constexpr int kMostPartitions = 50;
constexpr int kMostGroups = 500;  // each costs a request, about 0.3 ms

using google::protobuf::Value;

struct Snapshot {
  TimePoint time;
  v1::Cluster cluster;
  v1::ListTopicsResponse topics;
  v1::ListOffsetsResponse partitions;
  std::vector<v1::GroupLag> groups;  // the furthest behind first
  int64_t group_count = 0;           // of those there are, which may be more
};

Snapshot Take(Session& session) {
  Snapshot snapshot;
  snapshot.time =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  snapshot.cluster =
      session
          .Call(&v1::ClusterService::Stub::GetCluster, v1::GetClusterRequest(), "show the cluster")
          .cluster();
  v1::ListTopicsRequest topics;
  topics.set_page_size(kMostTopics);
  topics.set_order_by("rates.bytes_per_second desc, name");
  snapshot.topics = session.Call(&v1::TopicsService::Stub::ListTopics, topics, "list the topics");
  v1::ListOffsetsRequest partitions;
  partitions.set_page_size(kMostPartitions);
  partitions.set_order_by("rates.bytes_per_second desc, topic, partition");
  snapshot.partitions =
      session.Call(&v1::OffsetsService::Stub::ListOffsets, partitions, "list the partitions");
  v1::ListGroupsRequest groups;
  groups.set_page_size(kMostGroups);
  groups.set_order_by("member_count desc, group_id");
  auto listed = session.Call(&v1::GroupsService::Stub::ListGroups, groups, "list the groups");
  snapshot.group_count = listed.groups_size();
  if (!listed.next_page_token().empty()) {
    snapshot.group_count = std::max<int64_t>(snapshot.group_count, snapshot.cluster.group_count());
  }
  for (const v1::Group& group : listed.groups()) {
    v1::GetGroupLagRequest request;
    request.set_group_id(group.group_id());
    v1::GetGroupLagResponse response;
    // A group may have been deleted meanwhile.
    if (session.TryCall(&v1::GroupsService::Stub::GetGroupLag, request, &response).ok()) {
      snapshot.groups.push_back(response.lag());
    }
  }
  std::stable_sort(
      snapshot.groups.begin(), snapshot.groups.end(),
      [](const auto& a, const auto& b) { return a.total_lag_records() > b.total_lag_records(); });
  return snapshot;
}

std::string HeadLines(const Snapshot& snapshot, const Terminal& terminal) {
  const v1::Cluster& c = snapshot.cluster;
  std::string line =
      fmt::format("{}  node {}  up {}  {} records  {}  {}  {}  {}", c.cluster_id(), c.node_id(),
                  FormatDuration(ToMilliseconds(c.uptime())), FormatRate(c.records_per_second()),
                  FormatByteRate(c.bytes_per_second()), Count(c.connection_count(), "connection"),
                  Count(c.group_count(), "group"), FormatSize(c.size_bytes()));
  if (terminal.width > 0) line = Shorten(line, terminal.width);
  line = Paint(line, Tone::kStrong, terminal.colour) + "\n";
  if (c.offline_partition_count() > 0) {
    line += Paint(Count(c.offline_partition_count(), "partition") +
                      " offline: monkafkactl cluster health",
                  Tone::kBad, terminal.colour) +
            "\n";
  }
  return line;
}

template <class Items>
size_t Share(int room, const Items& items) {
  return std::min(static_cast<size_t>(std::max(room, 0)), static_cast<size_t>(items.size()));
}

Table TopicTable(const Snapshot& snapshot, size_t rows) {
  Table table({"TOPIC", "PARTITIONS", "RECORDS/S", "BYTES/S", "RECORDS", "SIZE"});
  for (size_t i = 0; i < rows; ++i) {
    const v1::Topic& topic = snapshot.topics.topics(static_cast<int>(i));
    table.Add({Text(topic.name()), Number(topic.partition_count()),
               Rate(topic.rates().records_per_second()), ByteRate(topic.rates().bytes_per_second()),
               Number(topic.record_count()), Size(topic.size_bytes())});
  }
  return table;
}

Table PartitionTable(const Snapshot& snapshot, size_t rows) {
  Table table({"PARTITION", "RECORDS/S", "BYTES/S", "START", "END", "SIZE"});
  for (size_t i = 0; i < rows; ++i) {
    const v1::PartitionOffsets& at = snapshot.partitions.offsets(static_cast<int>(i));
    table.Add({Text(fmt::format("{}-{}", at.topic(), at.partition()),
                    at.offline_reason().empty() ? Tone::kPlain : Tone::kBad),
               Rate(at.rates().records_per_second()), ByteRate(at.rates().bytes_per_second()),
               Number(at.log_start_offset()), Number(at.log_end_offset()), Size(at.size_bytes())});
  }
  return table;
}

Table LagTable(const Snapshot& snapshot, size_t rows) {
  Table table({"GROUP", "STATE", "LAG", "BEHIND"});
  for (const v1::GroupLag& lag : std::span(snapshot.groups).first(rows)) {
    table.Add(
        {Text(lag.group_id()), Text(Word(v1::GroupState_Name(lag.state()), "GROUP_STATE_")),
         LagCell(lag),
         DurationIf(lag.has_max_lag_seconds(), SecondsToMilliseconds(lag.max_lag_seconds()))});
  }
  return table;
}

// Nothing when the lag of all groups is known.
std::string UnmeasuredGroups(const Snapshot& snapshot) {
  if (snapshot.group_count <= kMostGroups) return "";
  return fmt::format("the lag is that of {} of {}, those with most members\n", Grouped(kMostGroups),
                     Count(snapshot.group_count, "group"));
}

// The whole screen as text, at most `terminal.height` lines when that is known: each table has a
// third of it, and what others leave.
std::string Render(const Snapshot& snapshot, const Terminal& terminal) {
  constexpr int kOtherLines = 9;  // the head, titles and what is between
  const std::string unmeasured = UnmeasuredGroups(snapshot);
  const int other_lines = kOtherLines + (unmeasured.empty() ? 0 : 1);
  const int room = terminal.height > 0 ? std::max(3, terminal.height - other_lines)
                                       : kMostTopics + kMostPartitions + kMostGroups;
  const auto topic_count = static_cast<int>(snapshot.topics.topics_size());
  const size_t groups = Share(room / 3, snapshot.groups);
  const int left = room - static_cast<int>(groups);
  const size_t partitions =
      Share(std::max(left / 2, left - topic_count), snapshot.partitions.offsets());
  const size_t topics = Share(left - static_cast<int>(partitions), snapshot.topics.topics());
  std::ostringstream out;
  out << HeadLines(snapshot, terminal) << '\n';
  TopicTable(snapshot, topics).Write(out, terminal);
  if (partitions > 0) {
    out << '\n';
    PartitionTable(snapshot, partitions).Write(out, terminal);
  }
  if (groups > 0) {
    out << '\n';
    LagTable(snapshot, groups).Write(out, terminal);
    out << unmeasured;
  }
  return out.str();
}

// What does not fit is cut off below: a terminal would scroll the head away. Behind a last line end
// it has one line more.
std::string FitRows(std::string text, int height) {
  size_t at = 0;
  for (int line = 1; at != std::string::npos && height > 0; ++line) {
    at = text.find('\n', at);
    if (line == height && at != std::string::npos) text.resize(at);
    if (at != std::string::npos) ++at;
  }
  return text;
}

// The alternate screen, keys without Enter; all restored at the end.
class Screen {
 public:
  explicit Screen(std::ostream& out) : out_(out) {
    raw_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    if (raw_) {
      termios keys = before_;
      keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      tcsetattr(STDIN_FILENO, TCSANOW, &keys);
    }
    out_ << "\x1b[?1049h\x1b[?25l" << std::flush;
  }
  ~Screen() {
    out_ << "\x1b[?25h\x1b[?1049l" << std::flush;
    if (raw_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  void Draw(std::string text) {
    for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 4)
      text.insert(at, "\x1b[K");
    out_ << "\x1b[H" << text << "\x1b[J" << std::flush;
  }

 private:
  std::ostream& out_;
  termios before_{};
  bool raw_ = false;
};

// Ends the wait for the next look from another thread.
class StopEvent {
 public:
  StopEvent() : fd_(eventfd(0, EFD_CLOEXEC)) {}
  ~StopEvent() { close(fd_); }
  StopEvent(const StopEvent&) = delete;
  StopEvent& operator=(const StopEvent&) = delete;

  int fd() const { return fd_; }
  void Set() const {
    constexpr uint64_t kOne = 1;
    [[maybe_unused]] const ssize_t written = write(fd_, &kOne, sizeof kOne);
  }

 private:
  const int fd_;
};

// True when it is time for the next look, false when `q` or Ctrl-C ended it.
bool WaitForNextLook(int stop_event, std::chrono::milliseconds interval, bool keys) {
  const auto deadline = std::chrono::steady_clock::now() + interval;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting[] = {{.fd = stop_event, .events = POLLIN, .revents = 0},
                        {.fd = keys ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}};
    const auto patience = std::clamp<int64_t>(left.count(), 0, kMostInt32);
    const int ready = poll(waiting, 2, static_cast<int>(patience));
    if (ready == 0 && left.count() <= patience) return true;
    if (ready <= 0) continue;
    if (waiting[0].revents != 0) return false;
    char key = 0;
    if (read(STDIN_FILENO, &key, 1) <= 0) {
      keys = false;
    } else if (key == 'q') {
      return false;
    }
  }
}

Value JsonOf(const google::protobuf::Message& message) {
  Value value;
  google::protobuf::util::JsonStringToMessage(ToJsonLine(message), &value);
  return value;
}

template <class Messages>
Value JsonListOf(const Messages& messages) {
  Value value;
  auto& list = *value.mutable_list_value();
  for (const auto& message : messages) *list.add_values() = JsonOf(message);
  return value;
}

// For programs: what the answers hold of which a look is made.
google::protobuf::Struct SampleOf(const Snapshot& snapshot) {
  google::protobuf::Struct sample;
  auto& fields = *sample.mutable_fields();
  fields["time"].set_string_value(FormatTime(snapshot.time));
  fields["cluster"] = JsonOf(snapshot.cluster);
  fields["topics"] = JsonListOf(snapshot.topics.topics());
  fields["partitions"] = JsonListOf(snapshot.partitions.offsets());
  fields["groups"] = JsonListOf(snapshot.groups);
  return sample;
}

// Shows one look after the other.
class Looks {
 public:
  Looks(Printer& printer, bool live)
      : printer_(printer), terminal_(printer.terminal()), samples_(printer, {}) {
    if (live) screen_.emplace(printer.out());
  }
  ~Looks() {
    if (!printer_.for_people()) samples_.Finish();
  }
  Looks(const Looks&) = delete;
  Looks& operator=(const Looks&) = delete;

  void Show(const Snapshot& snapshot) {
    if (screen_) {
      MeasureTerminal(terminal_);
      return screen_->Draw(FitRows(Render(snapshot, terminal_), terminal_.height));
    }
    std::ostream& out = printer_.out();
    if (printer_.for_people()) {
      out << (any_ ? "\n" : "") << Render(snapshot, terminal_);
    } else if (!samples_.AddMessage(SampleOf(snapshot))) {
      for (const v1::Topic& topic : snapshot.topics.topics()) out << topic.name() << '\n';
    }
    out.flush();
    any_ = true;
  }

 private:
  Printer& printer_;
  Terminal terminal_;
  ItemStream samples_;
  std::optional<Screen> screen_;
  bool any_ = false;
};

void Top(Session& session, std::chrono::milliseconds interval, int64_t count) {
  const Terminal& terminal = session.printer().terminal();
  const bool live = session.printer().for_people() && terminal.output_is_terminal && count == 0;
  StopEvent stop;
  InterruptWatch watch([&stop] { stop.Set(); });
  Snapshot snapshot = Take(session);
  Looks looks(session.printer(), live);
  for (int64_t look = 1;; ++look) {
    looks.Show(snapshot);
    if (count > 0 && look >= count) break;
    if (!WaitForNextLook(stop.fd(), interval, live && terminal.input_is_terminal)) break;
    snapshot = Take(session);
  }
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* verb =
      AddVerb(root, "top",
              "A live screen of throughput, partitions and lag, q ends it; with -o jsonl a line "
              "for each look",
              {"monkafkactl top --count 1", "monkafkactl top --count 2 --interval 200ms -o jsonl"});
  struct Flags {
    std::string interval = "1s";
    int64_t count = 0;
  };
  auto flags = std::make_shared<Flags>();
  verb->add_option("--interval", flags->interval, "Time between two looks (1s)")
      ->type_name("DURATION");
  verb->add_option("--count", flags->count, "Print so many looks one after the other, then end")
      ->check(AboveZero());
  verb->callback([flags, &session] {
    Top(session, ParseDurationOption("--interval", flags->interval), flags->count);
  });
}

}  // namespace monkafka::cli::top
