// The plain Options of the rooms, filled from the settings. Rooms know nothing of settings; what a
// setting means to a room is said here and nowhere else.
#pragma once

#include "cluster/metadata_image.h"
#include "common/result.h"
#include "config/settings.h"
#include "groups/options.h"
#include "net/server.h"
#include "services/fetch.h"
#include "services/produce.h"
#include "services/topic_service.h"
#include "storage/log_manager.h"

namespace monkafka::config {

// INVALID_CONFIG when listeners cannot be parsed or ask for what is not there yet (TLS, SASL).
Result<net::ServerOptions> MakeServerOptions(const Settings& settings);

// What clients are told to connect to, once the ports of `bound` listeners are known: as given by
// advertised.listeners, else the listeners themselves (an empty host becomes this machine's name).
Result<std::vector<cluster::Endpoint>> MakeAdvertised(const Settings& settings,
                                                      const std::vector<net::Listener>& listeners,
                                                      const std::map<std::string, int>& bound);

// INVALID_CONFIG when several directories are given.
Result<std::string> DataDirectory(const Settings& settings);

storage::LogManagerOptions MakeLogManagerOptions(const Settings& settings, std::string directory);
groups::GroupOptions MakeGroupOptions(const Settings& settings);
services::TopicServiceOptions MakeTopicServiceOptions(const Settings& settings);
services::ProduceOptions MakeProduceOptions(const Settings& settings);
services::FetchOptions MakeFetchOptions(const Settings& settings);

}  // namespace monkafka::config
