#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/group_offsets.h"
#include "cli/nouns.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli::group {
namespace {

using Stub = v1::GroupsService::Stub;

std::string StateWord(v1::GroupState state) {
  return Word(v1::GroupState_Name(state), "GROUP_STATE_");
}

Cell StateCell(v1::GroupState state) {
  Tone tone = state == v1::GROUP_STATE_STABLE  ? Tone::kGood
              : state == v1::GROUP_STATE_EMPTY ? Tone::kPlain
                                               : Tone::kWarning;
  return Text(StateWord(state), tone);
}

const View<v1::Group>& GroupView() {
  using G = v1::Group;
  static const View<G> view{
      .items = "groups",
      .name = [](const G& g) { return g.group_id(); },
      .columns = {
          {"GROUP", [](const G& g) { return Text(g.group_id()); }},
          {"STATE", [](const G& g) { return StateCell(g.state()); }},
          {"MEMBERS", [](const G& g) { return Number(g.member_count()); }},
          {"PARTITIONS", [](const G& g) { return Number(g.offset_count()); }},
          {"ASSIGNOR", [](const G& g) { return TextOrAbsent(g.protocol()); }},
          {"TYPE",
           [](const G& g) { return Text(Word(v1::GroupType_Name(g.type()), "GROUP_TYPE_")); },
           true},
          {"GENERATION", [](const G& g) { return Number(g.generation()); }, true},
          {"COORDINATOR", [](const G& g) { return Number(g.coordinator_id()); }, true},
      }};
  return view;
}

// "Preparing-rebalance" as PREPARING_REBALANCE; "" is any.
std::string StateName(const std::string& word) {
  std::string name = word;
  for (char& c : name) {
    c = c == '-' || c == ' ' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  v1::GroupState state = v1::GROUP_STATE_UNSPECIFIED;
  v1::GroupState_Parse("GROUP_STATE_" + name, &state);
  if (word.empty() || state != v1::GROUP_STATE_UNSPECIFIED) return name;
  std::vector<std::string> known;
  for (int i = 0; i < v1::GroupState_descriptor()->value_count(); ++i) {
    const int number = v1::GroupState_descriptor()->value(i)->number();
    if (number == v1::GROUP_STATE_UNSPECIFIED) continue;
    known.push_back(StateWord(static_cast<v1::GroupState>(number)));
    std::replace(known.back().begin(), known.back().end(), ' ', '-');
  }
  throw UsageError(fmt::format("there is no state \"{}\" of groups", Printable(word)),
                   fmt::format("it is one of {}", fmt::join(known, ", ")));
}

void List(Session& session, const std::string& state, const std::string& filter) {
  v1::ListGroupsRequest request;
  request.set_filter(filter);
  if (!state.empty()) {
    std::string of_state = "state = " + Quoted(state);
    request.set_filter(filter.empty() ? of_state : fmt::format("{} AND ({})", of_state, filter));
  }
  auto response = session.CallAllPages(&Stub::ListGroups, request, "list the groups");
  session.ShowList(response, response.groups(), GroupView());
}

Table MemberTable(const v1::Group& group) {
  Table table({"MEMBER", "CLIENT", "HOST", "PARTITIONS"});
  for (const v1::GroupMember& member : group.members()) {
    std::string partitions;
    for (const v1::TopicPartition& tp : member.assignment()) {
      partitions +=
          fmt::format("{}{}-{}", partitions.empty() ? "" : " ", tp.topic(), tp.partition());
    }
    table.Add({Prose(member.member_id()), Text(member.client_id()), Text(member.client_host()),
               Prose(partitions)});
  }
  return table;
}

void Get(Session& session, const std::string& group_id) {
  v1::GetGroupRequest request;
  request.set_group_id(group_id);
  auto response = session.Call(&Stub::GetGroup, request, "show group " + group_id);
  const v1::Group& group = response.group();
  session.printer().PrintOne(response, group_id, [&](Details& details) {
    details.Field("Group", Text(group.group_id()));
    details.Field("State", StateCell(group.state()));
    details.Field("Type", Text(Word(v1::GroupType_Name(group.type()), "GROUP_TYPE_")));
    details.Field("Assignor", TextOrAbsent(group.protocol()));
    details.Field("Generation", Number(group.generation()));
    details.Field("Coordinator",
                  Text(fmt::format("{}, __consumer_offsets-{}", group.coordinator_id(),
                                   group.coordinator_partition())));
    details.Field("Partitions with offset", Number(group.offset_count()));
    details.Section("Members", MemberTable(group));
  });
}

const View<v1::PartitionLag>& LagView() {
  using L = v1::PartitionLag;
  static const View<L> view{
      .items = "committed offsets",
      .name = [](const L& l) { return fmt::format("{}-{}", l.topic(), l.partition()); },
      .columns = {
          {"TOPIC", [](const L& l) { return Text(l.topic()); }},
          {"PARTITION", [](const L& l) { return Number(l.partition()); }},
          {"COMMITTED",
           [](const L& l) { return NumberIf(l.has_committed_offset(), l.committed_offset()); }},
          {"END", [](const L& l) { return Number(l.log_end_offset()); }},
          {"LAG", [](const L& l) { return Main(NumberIf(l.has_lag_records(), l.lag_records())); }},
          {"BEHIND",
           [](const L& l) {
             return DurationIf(l.has_lag_seconds(), SecondsToMilliseconds(l.lag_seconds()));
           }},
          {"CLIENT", [](const L& l) { return Aside(TextOrAbsent(l.client_id())); }},
          {"START", [](const L& l) { return Number(l.log_start_offset()); }, true},
          {"COMMITTED AT",
           [](const L& l) { return TimestampCell(l.has_commit_time(), l.commit_time()); }, true},
          {"HOST", [](const L& l) { return Aside(TextOrAbsent(l.client_host())); }, true},
          {"METADATA", [](const L& l) { return Prose(l.metadata()); }, true},
          {"NOTE", [](const L& l) { return Aside(Prose(l.error(), Tone::kWarning)); }},
      }};
  return view;
}

struct LagFlags {
  std::vector<std::string> groups, topics;
  bool watch = false;
  std::string interval = "1s";
  int32_t count = 0;
};

// "12 records behind"; a sum that lacks a partition says so.
std::string HowFarBehind(const v1::GroupLag& lag) {
  const int64_t total = lag.total_lag_records();
  const std::string known = Count(total, "record");
  const int unknown = lag.unknown_partition_count();
  if (lag.partitions().empty()) return "nothing is committed";
  if (unknown == 0) return total == 0 ? "nothing is behind" : known + " behind";
  std::string rest = fmt::format("the lag of {} is not known", Count(unknown, "partition"));
  if (unknown == lag.partitions_size()) return rest;
  return total == 0 ? fmt::format("{}, nothing else is behind", rest)
                    : fmt::format("at least {} behind, {}", known, rest);
}

// A topic of which nothing is committed may be one that was written wrong.
void MissTopics(Session& session, const std::string& group_id, const LagFlags& flags,
                const v1::GroupLag& lag) {
  for (const std::string& topic : flags.topics) {
    const bool found = std::any_of(lag.partitions().begin(), lag.partitions().end(),
                                   [&](const auto& each) { return each.topic() == topic; });
    if (found) continue;
    session.Attempt([&] {
      const std::string what =
          fmt::format("show the lag of group {} in {}", Printable(group_id), Printable(topic));
      v1::GetTopicRequest request;
      request.set_name(topic);
      request.set_view(v1::TOPIC_VIEW_BASIC);
      session.Call(&v1::TopicsService::Stub::GetTopic, request, what);
      throw Failure(fmt::format("cannot {}: it has committed nothing there", what),
                    session.CommandHere({"group", "lag"}, {group_id}) + " shows what it has");
    });
  }
}

void ShowLag(Session& session, const std::string& group_id, const LagFlags& flags) {
  v1::GetGroupLagRequest request;
  request.set_group_id(group_id);
  for (const std::string& topic : flags.topics) request.add_topics(topic);
  auto response = session.Call(&Stub::GetGroupLag, request, "show the lag of group " + group_id);
  const v1::GroupLag& lag = response.lag();
  if (session.printer().for_people()) {
    std::string oldest;
    if (lag.total_lag_records() > 0 && lag.has_max_lag_seconds()) {
      oldest = fmt::format(", the oldest is {} old",
                           FormatDuration(SecondsToMilliseconds(lag.max_lag_seconds())));
    }
    if (!lag.partitions().empty() || flags.topics.empty()) {
      session.Note(fmt::format("group {} is {}: {}{}", group_id, StateWord(lag.state()),
                               HowFarBehind(lag), oldest));
    }
  }
  session.ShowList(response, lag.partitions(), LagView());
  MissTopics(session, group_id, flags, lag);
}

std::vector<Cell> GroupLagCells(const v1::GroupLag& lag) {
  return {Text(lag.group_id()), StateCell(lag.state()), LagCell(lag),
          DurationIf(lag.has_max_lag_seconds(), SecondsToMilliseconds(lag.max_lag_seconds()))};
}

void WatchLag(Session& session, const LagFlags& flags) {
  v1::WatchGroupLagRequest request;
  for (const std::string& group : flags.groups) request.add_group_ids(group);
  *request.mutable_interval() = ToDuration(ParseDurationOption("--interval", flags.interval));
  request.set_max_updates(flags.count);
  ItemStream stream(session.printer(), {"GROUP", "STATE", "LAG", "BEHIND"});
  session.Stream<Stub, v1::WatchGroupLagRequest, v1::WatchGroupLagResponse>(
      &Stub::WatchGroupLag, request, "watch the lag", [&](const v1::WatchGroupLagResponse& event) {
        if (stream.AddMessage(event)) return true;
        for (const v1::GroupLag& lag : event.update().groups()) {
          stream.Add(lag, [&] { return lag.group_id(); }, [&] { return GroupLagCells(lag); });
        }
        for (const std::string& missing : event.update().missing_group_ids()) {
          session.Note(fmt::format("group {} does not exist", missing));
        }
        return true;
      });
  stream.Finish();
}

void Lag(Session& session, const LagFlags& flags) {
  if (flags.watch) return WatchLag(session, flags);
  session.ForEach("read", flags.groups,
                  [&](const std::string& group) { ShowLag(session, group, flags); });
}

struct DeleteFlags : MutationFlags {
  std::vector<std::string> groups;
  bool if_exists = false;
};

v1::DeleteGroupResponse DeleteOne(Session& session, const DeleteFlags& flags,
                                  const std::string& group, bool validate_only) {
  v1::DeleteGroupRequest request;
  request.set_group_id(group);
  request.set_allow_missing(flags.if_exists);
  request.set_validate_only(validate_only);
  request.set_request_id(Session::NewRequestId());
  return session.Call(&Stub::DeleteGroup, request, "delete group " + group);
}

// Asks, if it must, with what would be lost. Groups that are refused are left out: that has been
// said then, and they are not tried again.
void ConfirmDeletion(Session& session, DeleteFlags& flags) {
  std::string loss;
  if (session.Asks(flags.yes)) {
    std::vector<std::string> possible;
    int64_t offsets = 0;
    bool any = false;
    const auto look = [&](const std::string& group) {
      const auto preview = DeleteOne(session, flags, group, /*validate_only=*/true);
      possible.push_back(group);
      offsets += preview.group().offset_count();
      any = any || preview.has_group();
    };
    for (const std::string& group : flags.groups) {
      flags.groups.size() == 1 ? look(group) : session.Attempt([&] { look(group); });
    }
    flags.groups = possible;
    if (!any) return;  // with --if-exists there may be nothing to ask about
    loss = fmt::format(" ({})", Count(offsets, "partition"));
  }
  session.Confirm(fmt::format("delete {} with all committed offsets{}", Named(flags.groups), loss),
                  flags.yes);
}

void Delete(Session& session, DeleteFlags flags) {
  if (!flags.dry_run) ConfirmDeletion(session, flags);
  if (flags.groups.empty()) return;
  session.ForEach("delete", flags.groups, [&](const std::string& group) {
    const auto response = DeleteOne(session, flags, group, flags.dry_run);
    session.Announce(
        response, group,
        response.has_group()
            ? fmt::format("group {} {}: {}", group, flags.dry_run ? "would be deleted" : "deleted",
                          Count(response.group().offset_count(), "committed offset"))
            : fmt::format("group {} does not exist: nothing to do", group));
  });
}

void AddLag(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(
      noun, "lag", "How far groups are behind, in records and in time",
      {"monkafkactl group lag billing", "monkafkactl group lag billing --topic orders -o json",
       "monkafkactl group lag billing --watch --count 2 --interval 200ms"});
  auto flags = std::make_shared<LagFlags>();
  SetCompletion(verb->add_option("group", flags->groups, "Their ids")->required(),
                Completion::kGroup);
  SetCompletion(verb->add_option("--topic", flags->topics, "Only this topic; may be repeated")
                    ->allow_extra_args(false),
                Completion::kTopic);
  CLI::Option* watch = verb->add_flag("-w,--watch", flags->watch, "Show it whenever it changes");
  verb->add_option("--interval", flags->interval, "Time between two looks (1s)")
      ->type_name("DURATION")
      ->needs(watch);
  verb->add_option("--count", flags->count, "End after so many looks")
      ->check(AboveZero(kMostInt32))
      ->needs(watch);
  verb->callback([flags, &session] { Lag(session, *flags); });
}

void AddDelete(CLI::App& noun, Session& session) {
  CLI::App* verb = AddVerb(noun, "delete", "Delete groups with their committed offsets",
                           {"monkafkactl group delete billing --yes",
                            "monkafkactl group delete nobody --if-exists --yes"});
  auto flags = std::make_shared<DeleteFlags>();
  SetCompletion(verb->add_option("group", flags->groups, "Their ids")->required(),
                Completion::kGroup);
  AddIfExists(verb, flags->if_exists, "group");
  AddMutationFlags(verb, *flags, /*destructive=*/true);
  verb->callback([flags, &session] { Delete(session, *flags); });
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "group", "Consumer groups and their committed offsets");

  CLI::App* list =
      AddVerb(*noun, "list", "List groups",
              {"monkafkactl group list", "monkafkactl group list --state empty -o name"});
  auto state = std::make_shared<std::string>();
  auto filter = std::make_shared<std::string>();
  list->add_option("--state", *state, "Only groups in this state, as in stable or empty");
  list->add_option("--filter", *filter, "Filter (AIP-160) over the fields of Group")
      ->type_name("EXPRESSION");
  list->callback([state, filter, &session] { List(session, StateName(*state), *filter); });

  CLI::App* get =
      AddVerb(*noun, "get", "Show a group with its members", {"monkafkactl group get billing"});
  auto group = std::make_shared<std::string>();
  SetCompletion(get->add_option("group", *group, "Its id")->required(), Completion::kGroup);
  get->callback([group, &session] { Get(session, *group); });

  AddLag(*noun, session);
  AddOffsets(*noun, session);
  AddDelete(*noun, session);
}

}  // namespace monkafka::cli::group
