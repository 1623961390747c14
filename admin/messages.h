// Protocol Buffers messages to gRPC's byte buffers and back.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>

#include "common/check.h"

namespace monkafka::admin {

template <class Message>
bool ParseMessage(grpc::ByteBuffer bytes, Message& message) {
  return grpc::SerializationTraits<Message>::Deserialize(&bytes, &message).ok();
}

template <class Message>
grpc::ByteBuffer SerializeMessage(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  const grpc::Status status = grpc::SerializationTraits<Message>::Serialize(message, &bytes, &own);
  CHECK(status.ok());
  return bytes;
}

// Equal for equal messages of one type, whatever the order of their maps, in every run of the
// process.
uint64_t HashOf(const google::protobuf::Message& message);

}  // namespace monkafka::admin
