// One non-blocking connection to a broker: frames out, frames in. Errors end the program with a
// sentence: a benchmark that lost a connection has no result.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "protocol/codec.h"
#include "protocol/header.h"

namespace monkafka::bench {

[[noreturn]] void Die(const std::string& why);
// Dies of a system call that failed, with errno's reason.
void Check(bool succeeded, const char* call);

// A request as it goes over the wire, its length in front.
template <class M>
std::vector<uint8_t> EncodeFrame(const M& message, int16_t version, int32_t correlation_id = 0) {
  const std::vector<uint8_t> body =
      protocol::EncodeRequest(correlation_id, "bench", message, version);
  const auto size = static_cast<uint32_t>(body.size());
  std::vector<uint8_t> frame = {static_cast<uint8_t>(size >> 24), static_cast<uint8_t>(size >> 16),
                                static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)};
  frame.insert(frame.end(), body.begin(), body.end());
  return frame;
}

class Connection {
 public:
  // `buffer_bytes` grows when an answer is larger.
  explicit Connection(int port, size_t buffer_bytes = 256 * 1024);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return socket_; }

  // Queues a frame; its bytes stay valid until Flush sent them. True: the socket took everything.
  void Queue(Bytes frame) { queue_.push_back(frame); }
  bool Flush();

  // The next whole frame without its length, if one has arrived; valid until the next call.
  std::optional<MutableBytes> Receive();
  // Reads once what the socket has. False: nothing there.
  bool ReadSome();

  // Sends one request and waits for its answer.
  template <class Response, class Request>
  Response Call(const Request& request, int16_t version) {
    const std::vector<uint8_t> frame = EncodeFrame(request, version);
    const MutableBytes answer = Exchange(frame);
    const auto header = protocol::ReadResponseHeader(
        answer, protocol::ResponseHeaderVersion(Response::api, version));
    if (!header) Die("an answer without a header");
    Result<Response> response = protocol::Decode<Response>(answer.subspan(header->size), version);
    if (!response) Die(response.error().message);
    return *std::move(response);
  }

 private:
  MutableBytes Exchange(Bytes frame);

  int socket_ = -1;
  std::vector<Bytes> queue_;
  size_t sent_of_first_ = 0;
  std::vector<uint8_t> buffer_;  // [taken_, filled_) has arrived and was not given out
  size_t taken_ = 0;
  size_t filled_ = 0;
};

}  // namespace monkafka::bench
