#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "cli/answers.h"
#include "cli/command.h"
#include "cli/nouns.h"
#include "monkafka/admin/v1/connections.grpc.pb.h"

namespace monkafka::cli::connection {
namespace {

using Stub = v1::ConnectionsService::Stub;

Cell AgeCell(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return NoNumber();
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  auto then = std::chrono::milliseconds(time.seconds() * 1000 + time.nanos() / 1'000'000);
  return Duration(std::max(now - then, std::chrono::milliseconds(0)));
}

std::string Software(const v1::Connection& c) {
  if (c.software_name().empty()) return "";
  return c.software_version().empty() ? c.software_name()
                                      : c.software_name() + " " + c.software_version();
}

const View<v1::Connection>& ConnectionView() {
  using C = v1::Connection;
  static const View<C> view{
      .items = "connections",
      .name = [](const C& c) { return std::to_string(c.connection_id()); },
      .columns = {
          {"ID", [](const C& c) { return Number(c.connection_id()); }},
          {"ADDRESS", [](const C& c) { return Id(c.remote_address()); }},
          {"CLIENT",
           [](const C& c) { return c.client_id().empty() ? Absent() : Prose(c.client_id()); }},
          {"SOFTWARE",
           [](const C& c) { return c.software_name().empty() ? Absent() : Prose(Software(c)); }},
          {"PRINCIPAL", [](const C& c) { return Text(c.principal()); }},
          {"REQUESTS", [](const C& c) { return Number(c.request_count()); }},
          {"IN", [](const C& c) { return Size(c.received_bytes()); }},
          {"OUT", [](const C& c) { return Size(c.sent_bytes()); }},
          {"AGE", [](const C& c) { return AgeCell(c.has_connect_time(), c.connect_time()); }},
          {"IDLE",
           [](const C& c) { return AgeCell(c.has_last_request_time(), c.last_request_time()); }},
          {"LISTENER", [](const C& c) { return Text(c.listener()); }, true},
          {"PENDING", [](const C& c) { return Number(c.pending_request_count()); }, true},
      }};
  return view;
}

void List(Session& session, const std::string& filter, const std::string& order_by) {
  v1::ListConnectionsRequest request;
  request.set_filter(filter);
  request.set_order_by(order_by);
  auto response = session.CallAllPages(&Stub::ListConnections, request, "list the connections");
  session.ShowList(response, response.connections(), ConnectionView());
}

struct CloseFlags : MutationFlags {
  std::vector<std::string> ids;
  bool if_exists = false;
};

v1::CloseConnectionResponse CloseOne(Session& session, const CloseFlags& flags,
                                     const std::string& id, bool validate_only) {
  v1::CloseConnectionRequest request;
  int64_t number = 0;  // the option's check let nothing else through
  std::from_chars(id.data(), id.data() + id.size(), number);
  request.set_connection_id(number);
  request.set_allow_missing(flags.if_exists);
  request.set_validate_only(validate_only);
  request.set_request_id(Session::NewRequestId());
  return session.Call(&Stub::CloseConnection, request, "close connection " + id);
}

// "connection 7 of billing (librdkafka 2.0.2), User:ANONYMOUS from 10.0.0.7:51000".
std::string Whose(const v1::Connection& c) {
  std::string client = c.client_id().empty() ? "a client without id" : c.client_id();
  if (!c.software_name().empty()) client += fmt::format(" ({})", Software(c));
  return Printable(fmt::format("connection {} of {}, {}from {}", c.connection_id(), client,
                               c.principal().empty() ? "" : c.principal() + " ",
                               c.remote_address()));
}

// Asks, if it must, with whose connections they are. Those that are refused are left out: that has
// been said then, and they are not tried again.
void ConfirmClosing(Session& session, CloseFlags& flags) {
  constexpr size_t kMostShown = 20;
  std::vector<std::string> whose;
  if (session.Asks(flags.yes)) {
    std::vector<std::string> possible;
    const auto look = [&](const std::string& id) {
      const auto preview = CloseOne(session, flags, id, /*validate_only=*/true);
      possible.push_back(id);
      if (preview.has_connection()) whose.push_back(Whose(preview.connection()));
    };
    for (const std::string& id : flags.ids) {
      flags.ids.size() == 1 ? look(id) : session.Attempt([&] { look(id); });
    }
    flags.ids = possible;
    if (possible.empty()) return;
  }
  if (whose.size() == 1) return session.Confirm("close " + whose.front(), flags.yes);
  for (size_t i = 0; i < std::min(whose.size(), kMostShown); ++i) session.Warn(whose[i]);
  // With --if-exists there may be none that is closed, which only a protected context asks about.
  const std::string what =
      flags.ids.size() == 1
          ? "close connection " + flags.ids.front()
          : fmt::format("close {}", Count(static_cast<int64_t>(flags.ids.size()), "connection"));
  session.Confirm(what, flags.yes, /*destructive=*/!whose.empty());
}

void Close(Session& session, CloseFlags flags) {
  if (!flags.dry_run) ConfirmClosing(session, flags);
  if (flags.ids.empty()) return;
  session.ForEach("close", flags.ids, [&](const std::string& id) {
    const auto response = CloseOne(session, flags, id, flags.dry_run);
    session.Announce(response, id,
                     response.has_connection()
                         ? fmt::format("{}: {}", Whose(response.connection()),
                                       flags.dry_run ? "would be closed" : "closed")
                         : fmt::format("connection {} does not exist: nothing to do", id));
  });
}

}  // namespace

void AddCommands(CLI::App& root, Session& session) {
  CLI::App* noun = AddNoun(root, "connection", "Kafka clients that are connected");

  CLI::App* list = AddVerb(*noun, "list", "List connections",
                           {"monkafkactl connection list",
                            "monkafkactl connection list --filter 'client_id = \"billing*\"' "
                            "--order-by 'received_bytes desc'"});
  auto filter = std::make_shared<std::string>();
  auto order_by = std::make_shared<std::string>();
  list->add_option("--filter", *filter, "Filter (AIP-160) over the fields of Connection")
      ->type_name("EXPRESSION");
  list->add_option("--order-by", *order_by, "Fields of Connection, as in 'received_bytes desc'")
      ->type_name("FIELDS");
  list->callback([filter, order_by, &session] { List(session, *filter, *order_by); });

  CLI::App* close =
      AddVerb(*noun, "close", "Close connections; a client that works well connects again",
              {"monkafkactl connection close 1 --if-exists --yes"});
  auto flags = std::make_shared<CloseFlags>();
  close->add_option("id", flags->ids, "Their ids")
      ->required()
      ->check(NotNegative())
      ->type_name("ID");
  AddIfExists(close, flags->if_exists, "connection");
  AddMutationFlags(close, *flags, /*destructive=*/true);
  close->callback([flags, &session] { Close(session, *flags); });
}

}  // namespace monkafka::cli::connection
