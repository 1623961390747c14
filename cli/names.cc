#include "cli/names.h"

#include "cli/contexts.h"
#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "monkafka/admin/v1/configs.grpc.pb.h"
#include "monkafka/admin/v1/connections.grpc.pb.h"
#include "monkafka/admin/v1/groups.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;
using Names = std::set<std::string>;

Names Topics(Session& session) {
  v1::ListTopicsRequest request;
  request.set_view(v1::TOPIC_VIEW_NAMES);
  Names names;
  auto response = session.CallAllPages(&v1::TopicsService::Stub::ListTopics, request, "list");
  for (const v1::Topic& topic : response.topics()) names.insert(topic.name());
  return names;
}

Names Groups(Session& session) {
  Names names;
  auto response =
      session.CallAllPages(&v1::GroupsService::Stub::ListGroups, v1::ListGroupsRequest(), "list");
  for (const v1::Group& group : response.groups()) names.insert(group.group_id());
  return names;
}

Names ConfigsOf(Session& session, const v1::ConfigResource& resource) {
  v1::ListConfigsRequest request;
  *request.mutable_resource() = resource;
  Names names;
  auto response = session.CallAllPages(&v1::ConfigsService::Stub::ListConfigs, request, "list");
  for (const v1::ConfigEntry& entry : response.configs()) names.insert(entry.name());
  return names;
}

Names BrokerKeys(Session& session) {
  v1::ConfigResource resource;
  auto cluster = session.Call(&v1::ClusterService::Stub::GetCluster, v1::GetClusterRequest(), "");
  resource.set_broker_id(cluster.cluster().node_id());
  return ConfigsOf(session, resource);
}

// Every topic has the same; without one there is nobody to ask.
Names TopicKeys(Session& session) {
  Names topics = Topics(session);
  if (topics.empty()) return {};
  v1::ConfigResource resource;
  resource.set_topic(*topics.begin());
  return ConfigsOf(session, resource);
}

Names ConfigKeys(Session& session, KeysOf keys_of) {
  Names names;
  if (keys_of != KeysOf::kTopic) names = BrokerKeys(session);
  if (keys_of != KeysOf::kBroker) names.merge(TopicKeys(session));
  return names;
}

Names WithEqualsSign(const Names& keys) {
  Names names;
  for (const std::string& key : keys) names.insert(key + "=");
  return names;
}

Names Connections(Session& session) {
  Names names;
  auto response = session.CallAllPages(&v1::ConnectionsService::Stub::ListConnections,
                                       v1::ListConnectionsRequest(), "list");
  for (const v1::Connection& connection : response.connections()) {
    names.insert(std::to_string(connection.connection_id()));
  }
  return names;
}

Names ContextNames(Session& session) {
  Names names;
  for (const auto& [name, context] : LoadContexts(session.contexts_file()).by_name)
    names.insert(name);
  return names;
}

}  // namespace

Names KnownNames(Session& session, Completion completion, KeysOf keys_of) {
  try {
    switch (completion) {
      case Completion::kTopic:
        return Topics(session);
      case Completion::kGroup:
        return Groups(session);
      case Completion::kConfigKey:
        return ConfigKeys(session, keys_of);
      case Completion::kConfigSetting:
      case Completion::kConfigWords:
        return WithEqualsSign(ConfigKeys(session, keys_of));
      case Completion::kConnection:
        return Connections(session);
      case Completion::kContext:
        return ContextNames(session);
      case Completion::kFormat:
        return {"table", "wide", "json", "jsonl", "yaml", "name"};
      case Completion::kFile:
      case Completion::kNone:
        return {};
    }
  } catch (const Failure&) {
    return {};  // a completion without candidates is all that one can do about it
  }
  return {};
}

int32_t AnsweringBroker(Session& session) {
  auto response = session.Call(&v1::ClusterService::Stub::GetCluster, v1::GetClusterRequest(),
                               "look up the broker's id");
  return response.cluster().node_id();
}

}  // namespace monkafka::cli
