#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "monkafka/admin/v1/cluster.grpc.pb.h"
#include "monkafka/admin/v1/configs.grpc.pb.h"
#include "monkafka/admin/v1/connections.grpc.pb.h"
#include "monkafka/admin/v1/topics.grpc.pb.h"
#include "unit/cli/command_line.h"

namespace monkafka::cli {
namespace {

namespace v1 = ::monkafka::admin::v1;

class NamedTopics : public v1::TopicsService::Service {
  grpc::Status ListTopics(grpc::ServerContext*, const v1::ListTopicsRequest*,
                          v1::ListTopicsResponse* response) override {
    response->add_topics()->set_name("orders");
    return grpc::Status::OK;
  }
};

class AnsweringNode : public v1::ClusterService::Service {
  grpc::Status GetCluster(grpc::ServerContext*, const v1::GetClusterRequest*,
                          v1::GetClusterResponse* response) override {
    response->mutable_cluster()->set_node_id(1);
    return grpc::Status::OK;
  }
};

class TwoKindsOfKeys : public v1::ConfigsService::Service {
  grpc::Status ListConfigs(grpc::ServerContext*, const v1::ListConfigsRequest* request,
                           v1::ListConfigsResponse* response) override {
    response->add_configs()->set_name(request->resource().has_topic() ? "retention.ms"
                                                                      : "log.retention.ms");
    return grpc::Status::OK;
  }
};

class TwoConnections : public v1::ConnectionsService::Service {
  grpc::Status ListConnections(grpc::ServerContext*, const v1::ListConnectionsRequest*,
                               v1::ListConnectionsResponse* response) override {
    response->add_connections()->set_connection_id(17);
    response->add_connections()->set_connection_id(23);
    return grpc::Status::OK;
  }
};

class NameCompletionTest : public testing::Test {
 protected:
  std::string Complete(std::vector<std::string> words) {
    words.insert(words.begin(), "__complete");
    cli.Run(words);
    return cli.out();
  }

  NamedTopics topics;
  AnsweringNode cluster;
  TwoKindsOfKeys configs;
  TwoConnections connections;
  CommandLine cli{{&topics, &cluster, &configs, &connections}};
};

TEST_F(NameCompletionTest, AKeyThatIsSetIsOfferedWithItsEqualsSign) {
  EXPECT_EQ(Complete({"config", "set", "--topic", "orders", "reten"}), "retention.ms=\n");
  EXPECT_EQ(Complete({"config", "set", "log.reten"}), "log.retention.ms=\n");
  EXPECT_EQ(Complete({"config", "set", "--append", "log."}), "log.retention.ms=\n");
  EXPECT_EQ(Complete({"topic", "alter", "orders", "--set", "ret"}), "retention.ms=\n");
  EXPECT_EQ(Complete({"topic", "create", "x", "-c", "ret"}), "retention.ms=\n");
  EXPECT_EQ(Complete({"config", "set", "retention.ms", "=", ""}), "") << "as bash splits it";
}

TEST_F(NameCompletionTest, KeysAreThoseOfTheOwner) {
  EXPECT_EQ(Complete({"config", "get", "--topic", "orders", ""}), "retention.ms\n");
  EXPECT_EQ(Complete({"config", "get", "--topic=orders", ""}), "retention.ms\n");
  EXPECT_EQ(Complete({"config", "get", "--broker", "1", ""}), "log.retention.ms\n");
  EXPECT_EQ(Complete({"config", "get", ""}), "log.retention.ms\nretention.ms\n");
  EXPECT_EQ(Complete({"topic", "alter", "orders", "--unset", ""}), "retention.ms\n");
}

TEST_F(NameCompletionTest, ConnectionsAreOfferedByTheirIds) {
  EXPECT_EQ(Complete({"connection", "close", ""}), "17\n23\n");
}

}  // namespace
}  // namespace monkafka::cli
