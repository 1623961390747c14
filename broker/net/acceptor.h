// Accepts the connections of one listener and hands each to a network thread. Lives on one of the
// network threads: everything but the constructor is called there.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "common/log_limiter.h"
#include "common/request.h"
#include "common/unique_fd.h"
#include "net/context.h"
#include "net/network_thread.h"

namespace monkafka::net {

struct Endpoint;

class Acceptor : public std::enable_shared_from_this<Acceptor> {
 public:
  using Assign =
      std::function<void(UniqueFd, std::shared_ptr<Connection>, ConnectionLimits::Admission)>;

  Acceptor(const Context& context, NetworkThread& home, std::string listener, UniqueFd listening,
           Assign assign);

  void Start();
  void Close();

 private:
  void Wait();
  void AcceptWaiting();
  // False: accepting cannot go on now.
  bool AcceptOne();
  void Pause(int error);
  void Admit(UniqueFd socket, const Endpoint& peer);

  const Context& context_;
  NetworkThread& home_;
  const std::string listener_;
  const int local_port_;
  boost::asio::posix::stream_descriptor listening_;
  const Assign assign_;
  LogLimiter refused_log_;
  LogLimiter paused_log_;
};

}  // namespace monkafka::net
