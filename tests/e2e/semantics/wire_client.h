// A client with nothing between the test and the wire: requests are encoded and responses decoded
// by the protocol room, every byte is under the test's control.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bytes.h"
#include "protocol/codec.h"
#include "protocol/header.h"

namespace monkafka::e2e {

class WireClient {
 public:
  explicit WireClient(int port, std::string client_id = "wire-client");
  ~WireClient();
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  // Sends and waits for the answer. A response's strings that are views point into this client and
  // live until its next answer. Throws std::runtime_error when the connection ends or the answer
  // cannot be decoded.
  template <class Response, class Request>
  Response Call(const Request& request, int16_t version) {
    const int32_t id = Send(request, version);
    return Receive<Response>(id, version);
  }

  // The halves of Call, for pipelining and long polls.
  template <class Request>
  int32_t Send(const Request& request, int16_t version) {
    const int32_t id = ++last_id_;
    SendFrame(protocol::EncodeRequest(id, client_id_, request, version));
    return id;
  }
  template <class Response>
  Response Receive(int32_t id, int16_t version) {
    answer_ = ReceiveFrame();
    const Result<protocol::ResponseHeader> header = protocol::ReadResponseHeader(
        answer_, protocol::ResponseHeaderVersion(Response::api, version));
    CheckAnswer(header.has_value() && header->correlation_id == id, "another correlation id");
    Result<Response> response =
        protocol::Decode<Response>(MutableBytes(answer_).subspan(header->size), version);
    CheckAnswer(response.has_value(), response ? "" : response.error().message);
    return *std::move(response);
  }

  void SendFrame(Bytes frame);  // with the length in front
  void SendRaw(Bytes bytes);    // as they are
  std::vector<uint8_t> ReceiveFrame();
  // True when the broker closed the connection (and sent nothing more) within the deadline.
  bool ClosedByBroker(std::chrono::milliseconds deadline = std::chrono::seconds(10));
  // True when something can be read within the time.
  bool Readable(std::chrono::milliseconds within);
  void ShutdownWrites();
  int descriptor() const { return socket_; }

 private:
  static void CheckAnswer(bool condition, const std::string& why);

  const std::string client_id_;
  int socket_ = -1;
  int32_t last_id_ = 0;
  std::vector<uint8_t> answer_;
};

}  // namespace monkafka::e2e
