// What the broker advertises is covered by vectors, and what Apache Kafka serves is advertised.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "handlers/router.h"
#include "wire/codecs.h"
#include "wire/vectors.h"

namespace monkafka::wire {
namespace {

using handlers::Route;
using protocol::ApiKey;

// Of each message, how many vectors there are: {file, API, version, is it a request}.
std::map<std::tuple<std::string, int, int, bool>, int> CountVectors() {
  std::map<std::tuple<std::string, int, int, bool>, int> counts;
  for (const Vector& vector : Vectors()) {
    if (vector.kind != "request" && vector.kind != "response") continue;
    ++counts[{vector.file, vector.api_key, vector.version, vector.kind == "request"}];
  }
  return counts;
}

// Requests without a field, or with one flag, have fewer than three different instances.
bool HasHardlyAField(const protocol::Api& api, int version) {
  switch (api.key) {
    case ApiKey::kListGroups:
      return version <= 3;
    case ApiKey::kApiVersions:
      return version <= 2;
    case ApiKey::kDescribeCluster:
      return version == 0;
    default:
      return false;
  }
}

// Messages of magic 0 and 1, which consumers of today do not speak.
bool IsLeftOut(int api_key, int version) {
  return static_cast<ApiKey>(api_key) == ApiKey::kFetch && version < 4;
}

TEST(RoutesTest, EveryAdvertisedVersionHasVectorsInBothDirections) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  std::map<std::tuple<int, int, bool>, int> most;  // in the release that has the most
  for (const auto& [key, count] : CountVectors()) {
    const auto& [file, api, version, is_request] = key;
    int& known = most[{api, version, is_request}];
    known = std::max(known, count);
  }
  for (const Route& route : handlers::Routes()) {
    for (int version = route.advertised_min; version <= route.advertised_max; ++version) {
      for (const bool is_request : {true, false}) {
        const bool few = is_request && HasHardlyAField(route.api, version);
        EXPECT_GE((most[{static_cast<int>(route.api.key), version, is_request}]), few ? 1 : 4)
            << route.api.name << (is_request ? " request v" : " response v") << version;
      }
    }
  }
}

TEST(RoutesTest, EveryRouteHasBothCodecs) {
  for (const Route& route : handlers::Routes()) {
    for (const bool is_request : {true, false}) {
      const auto codec = std::ranges::find_if(Codecs(), [&](const Codec& candidate) {
        return candidate.api.key == route.api.key && candidate.is_request == is_request;
      });
      ASSERT_NE(codec, Codecs().end()) << route.api.name;
      EXPECT_EQ(codec->api.min_version, route.api.min_version) << route.api.name;
      EXPECT_EQ(codec->api.max_version, route.api.max_version) << route.api.name;
    }
  }
}

// The vectors have the versions that their release serves.
TEST(RoutesTest, WhatApacheKafkaServesIsServed) {
  MONKAFKA_REQUIRE_WIRE_VECTORS();
  for (const auto& [key, count] : CountVectors()) {
    const auto& [file, api, version, is_request] = key;
    if (IsLeftOut(api, version)) continue;
    const Route* route = handlers::FindRoute(static_cast<ApiKey>(api));
    ASSERT_NE(route, nullptr) << file << " API " << api;
    EXPECT_TRUE(route->Answers(static_cast<int16_t>(version)))
        << file << " " << route->api.name << " v" << version;
  }
}

}  // namespace
}  // namespace monkafka::wire
