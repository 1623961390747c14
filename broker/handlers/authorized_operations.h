// The operations that a principal may do on a resource, as bits numbered like Kafka's AclOperation
// (KIP-430). Nothing is denied yet, so these are all operations that the kind of resource knows.
#pragma once

#include <cstdint>

namespace monkafka::handlers {

enum class AclOperation {
  kRead = 3,
  kWrite = 4,
  kCreate = 5,
  kDelete = 6,
  kAlter = 7,
  kDescribe = 8,
  kClusterAction = 9,
  kDescribeConfigs = 10,
  kAlterConfigs = 11,
  kIdempotentWrite = 12,
};

template <class... Operations>
constexpr int32_t OperationBits(Operations... operations) {
  return ((1 << static_cast<int>(operations)) | ...);
}

inline constexpr int32_t kTopicOperations =
    OperationBits(AclOperation::kRead, AclOperation::kWrite, AclOperation::kCreate,
                  AclOperation::kDelete, AclOperation::kAlter, AclOperation::kDescribe,
                  AclOperation::kDescribeConfigs, AclOperation::kAlterConfigs);
inline constexpr int32_t kGroupOperations =
    OperationBits(AclOperation::kRead, AclOperation::kDelete, AclOperation::kDescribe);
inline constexpr int32_t kClusterOperations =
    OperationBits(AclOperation::kCreate, AclOperation::kAlter, AclOperation::kDescribe,
                  AclOperation::kClusterAction, AclOperation::kDescribeConfigs,
                  AclOperation::kAlterConfigs, AclOperation::kIdempotentWrite);

}  // namespace monkafka::handlers
