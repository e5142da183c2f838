/// Takes commands on a Unix socket: one JSON object a line, answered by one.
#pragma once

#include <stdexcept>
#include <string>
#include <thread>

#include "abi/sch_engine.h"

namespace whiteroom::engine {
class Session;
}

namespace whiteroom::engine::control {

/// The socket can't be had; the text says which and why.
class SocketError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Serves from its construction to its destruction, on one thread; then removes the socket, which
/// only its owner may use.
class Server {
 public:
  /// Throws SocketError, also when another process answers on `path`.
  Server(std::string path, Session& session, sch_engine* engine);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  void run();

  std::string path_;
  Session& session_;
  sch_engine* engine_;
  int listener_ = -1;
  int stop_read_ = -1;
  int stop_write_ = -1;
  std::thread thread_;
};

}  // namespace whiteroom::engine::control
