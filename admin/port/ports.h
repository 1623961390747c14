// Everything that the admin service asks of what is behind it. Null: the server answers
// UNIMPLEMENTED for that service and does not list it. The ports outlive the server.
#pragma once

namespace monkafka::admin {

class ClusterPort;
class ConfigsPort;
class ConnectionsPort;
class GroupsPort;
class OffsetsPort;
class RecordsPort;
class ResourcesPort;
class SegmentsPort;
class TopicsPort;

struct Ports {
  ClusterPort* cluster = nullptr;
  TopicsPort* topics = nullptr;
  SegmentsPort* segments = nullptr;
  OffsetsPort* offsets = nullptr;
  GroupsPort* groups = nullptr;
  RecordsPort* records = nullptr;
  ConfigsPort* configs = nullptr;
  ConnectionsPort* connections = nullptr;
  ResourcesPort* resources = nullptr;
};

}  // namespace monkafka::admin
