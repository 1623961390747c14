// `top`: throughput, the busiest topics and the groups that are furthest behind, redrawn in place.
#include <fmt/format.h>
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
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::top {
namespace {

constexpr int kMostTopics = 50;
constexpr int kMostGroups = 100;

struct Snapshot {
  v1::Cluster cluster;
  v1::ListTopicsResponse topics;
  std::vector<v1::GroupLag> groups;  // the furthest behind first
};

Snapshot Take(Session& session) {
  Snapshot snapshot;
  snapshot.cluster =
      session
          .Call(&v1::ClusterService::Stub::GetCluster, v1::GetClusterRequest(), "show the cluster")
          .cluster();
  v1::ListTopicsRequest topics;
  topics.set_page_size(kMostTopics);
  topics.set_order_by("rates.bytes_per_second desc, name");
  snapshot.topics = session.Call(&v1::TopicsService::Stub::ListTopics, topics, "list the topics");
  v1::ListGroupsRequest groups;
  groups.set_page_size(kMostGroups);
  auto listed = session.Call(&v1::GroupsService::Stub::ListGroups, groups, "list the groups");
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

// The sum of what is known, with a mark when there is more to it.
Cell LagCell(const v1::GroupLag& lag) {
  const int unknown = lag.unknown_partition_count();
  if (unknown == 0) return Number(lag.total_lag_records());
  if (unknown == lag.partitions_size()) return NoNumber();
  Cell cell = Number(lag.total_lag_records());
  cell.text += fmt::format(" + {} unknown", unknown);
  return cell;
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

// The whole screen as text, at most `terminal.height` lines when that is known.
std::string Render(const Snapshot& snapshot, const Terminal& terminal) {
  std::ostringstream out;
  out << HeadLines(snapshot, terminal) << '\n';
  int room = terminal.height > 0 ? std::max(2, terminal.height - 7) : kMostTopics + kMostGroups;
  int groups = std::min<int>(static_cast<int>(snapshot.groups.size()), room / 2);
  Table topics({"TOPIC", "PARTITIONS", "RECORDS/S", "BYTES/S", "RECORDS", "SIZE"});
  for (const v1::Topic& topic : snapshot.topics.topics()) {
    if (room-- <= groups) break;
    topics.Add({Text(topic.name()), Number(topic.partition_count()),
                Rate(topic.rates().records_per_second()),
                ByteRate(topic.rates().bytes_per_second()), Number(topic.record_count()),
                Size(topic.size_bytes())});
  }
  topics.Write(out, terminal);
  if (groups == 0) return out.str();
  Table lags({"GROUP", "STATE", "LAG", "BEHIND"});
  for (const v1::GroupLag& lag : std::span(snapshot.groups).first(static_cast<size_t>(groups))) {
    lags.Add({Text(lag.group_id()), Text(Word(v1::GroupState_Name(lag.state()), "GROUP_STATE_")),
              LagCell(lag),
              DurationIf(lag.has_max_lag_seconds(), SecondsToMilliseconds(lag.max_lag_seconds()))});
  }
  out << '\n';
  lags.Write(out, terminal);
  return out.str();
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

// True when it is time for the next look, false when `q` or Ctrl-C ended it.
bool WaitForNextLook(int stop_event, std::chrono::milliseconds interval, bool keys) {
  auto deadline = std::chrono::steady_clock::now() + interval;
  while (true) {
    auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    pollfd waiting[] = {{.fd = stop_event, .events = POLLIN, .revents = 0},
                        {.fd = keys ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}};
    if (poll(waiting, 2, static_cast<int>(left.count())) <= 0) continue;
    if (waiting[0].revents != 0) return false;
    char key = 0;
    if (read(STDIN_FILENO, &key, 1) <= 0) {
      keys = false;
    } else if (key == 'q') {
      return false;
    }
  }
}

void Top(Session& session, std::chrono::milliseconds interval, int64_t count) {
  if (!session.printer().for_people()) {
    throw UsageError("top is for people", "`monkafkactl offset watch -o jsonl` is for programs");
  }
  Terminal terminal = session.printer().terminal();
  std::ostream& out = session.printer().out();
  bool live = terminal.output_is_terminal && count == 0;
  int stop_event = eventfd(0, EFD_CLOEXEC);
  InterruptWatch watch([stop_event] {
    uint64_t one = 1;
    [[maybe_unused]] ssize_t written = write(stop_event, &one, sizeof one);
  });
  std::optional<Screen> screen;
  Snapshot snapshot = Take(session);
  if (live) screen.emplace(out);
  for (int64_t look = 1;; ++look) {
    if (live) MeasureTerminal(terminal);
    std::string text = Render(snapshot, terminal);
    if (screen) {
      screen->Draw(text);
    } else {
      out << (look > 1 ? "\n" : "") << text << std::flush;
    }
    if (count > 0 && look >= count) break;
    if (!WaitForNextLook(stop_event, interval, live && terminal.input_is_terminal)) break;
    snapshot = Take(session);
  }
  screen.reset();
  close(stop_event);
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* verb = AddVerb(root, "top", "A live screen of throughput, topics and lag; q ends it",
                           {"monkafkactl top --count 1"});
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
