// What the tests of verification have in common.
#pragma once

#include <string>
#include <vector>

#include "inspect/inspect_harness.h"
#include "storage/inspect/verify.h"

namespace monkafka::storage {

class VerifyTest : public InspectTest {
 protected:
  // The only anomaly there is.
  Anomaly OnlyAnomaly(const VerifyOptions& how = {}) {
    const CollectingSink sink = Verify(how);
    EXPECT_EQ(1u, sink.anomalies.size());
    for (const Anomaly& anomaly : sink.anomalies) {
      if (sink.anomalies.size() != 1)
        ADD_FAILURE() << AnomalyName(anomaly.kind) << " " << anomaly.file << " " << anomaly.message;
    }
    return sink.anomalies.empty() ? Anomaly{} : sink.anomalies.front();
  }
  std::vector<AnomalyKind> Kinds(const VerifyOptions& how = {}) {
    std::vector<AnomalyKind> kinds;
    for (const Anomaly& anomaly : Verify(how).anomalies) kinds.push_back(anomaly.kind);
    return kinds;
  }
  const std::string first_log = FileOf(0, kLogSuffix);
};

}  // namespace monkafka::storage
