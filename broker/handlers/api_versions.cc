// ApiVersions (KIP-35, KIP-511): what clients may ask, and who they are.
#include <algorithm>

#include "handlers/handlers.h"
#include "handlers/router.h"
#include "protocol/api_versions.h"

namespace monkafka::handlers {
namespace {

using protocol::ApiVersionsRequest;
using protocol::ApiVersionsResponse;

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// KIP-511: letters, digits, '-' and '.', the first and the last a letter or digit.
bool IsValidSoftwareName(std::string_view text) {
  return !text.empty() && IsAlphanumeric(text.front()) && IsAlphanumeric(text.back()) &&
         std::ranges::all_of(text,
                             [](char c) { return IsAlphanumeric(c) || c == '-' || c == '.'; });
}

// Features tell tools what the metadata may hold (KIP-584). A supported range from 0 cannot be told
// before version 4, nor is a feature at level 0 one that is finalized.
void AddFeatures(const cluster::MetadataImage& image, ApiVersionsResponse& response) {
  for (const auto& [name, level] : image.features) {
    if (level < 1) continue;
    response.supported_features.push_back({name, level, level});
    response.finalized_features.push_back({name, level, level});
  }
  response.finalized_features_epoch = std::max<Offset>(image.last_offset, 0);
}

}  // namespace

void HandleApiVersions(Context& ctx, RequestPtr<ApiVersionsRequest> request) {
  ApiVersionsResponse response;
  if (request->version() >= 3) {
    const ApiVersionsRequest& message = request->message();
    if (!IsValidSoftwareName(message.client_software_name) ||
        !IsValidSoftwareName(message.client_software_version)) {
      response.error_code = ErrorCode::kInvalidRequest;
      return request->Respond(response);
    }
    Connection& connection = request->connection();
    connection.client_software_name = message.client_software_name;
    connection.client_software_version = message.client_software_version;
    AddFeatures(*ctx.cluster.Image(), response);
  }
  response.api_keys.reserve(Routes().size());
  for (const Route& route : Routes()) {
    response.api_keys.push_back(
        {static_cast<int16_t>(route.api.key), route.advertised_min, route.advertised_max});
  }
  request->Respond(response);
}

void RespondToUnknownApiVersions(RawRequest request) {
  const Route* route = FindRoute(protocol::ApiKey::kApiVersions);
  ApiVersionsResponse response;
  response.error_code = ErrorCode::kUnsupportedVersion;
  response.api_keys.push_back(
      {static_cast<int16_t>(route->api.key), route->advertised_min, route->advertised_max});
  request.responder.Send(
      Reply::Send(protocol::EncodeResponse(request.header.correlation_id, response, 0)));
}

}  // namespace monkafka::handlers
