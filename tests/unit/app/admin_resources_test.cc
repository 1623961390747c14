#include "app/admin/resources.h"

#include <gtest/gtest.h>

#include "fakes/fake_cluster.h"
#include "unit/services/small_tables.h"

namespace monkafka::app {
namespace {

TEST(AdminResourcesTest, ApplyingTellsHowFarItIs) {
  services::SmallTables tables;
  fakes::FakeCluster cluster;
  services::ResourceService service({.default_partitions = 3}, cluster, tables);
  AdminResources resources(service);
  admin::PlanOrder order;
  order.documents.emplace_back().name = "orders";
  std::pair<int64_t, int64_t> told;
  cluster.HoldChanges();
  cluster.progress = {3, 10};
  const auto plan = resources.Apply(order, "", /*validate_only=*/false,
                                    [&](int64_t done, int64_t total) {
                                      told = {done, total};
                                      cluster.RunChanges();
                                    },
                                    {});
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(told, std::pair(int64_t{3}, int64_t{10}));
  EXPECT_EQ(cluster.Image()->topics.size(), 1u);
}

}  // namespace
}  // namespace monkafka::app
