#include "control/server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include "control/commands.h"
#include "log.h"

namespace whiteroom::engine::control {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;
constexpr std::size_t kMostClients = 16;
constexpr int kBacklog = 16;

struct Connection {
  int file;
  std::string input;
};

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw SocketError("control socket " + path + ": " + what + ": " + std::strerror(errno));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw SocketError("control socket " + path + ": the path is too long; at most " +
                      std::to_string(sizeof address.sun_path - 1) + " bytes are possible");
  }
  path.copy(address.sun_path, path.size());
  return address;
}

/// Remove the socket of an engine that was killed; that of a living one is an error.
void remove_stale(const std::string& path, const sockaddr_un& address) {
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool answers =
      connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  if (answers) throw SocketError("control socket " + path + ": another engine answers there");
  unlink(path.c_str());
}

/// Send all of `text`; a client that does not read is dropped rather than waited for.
bool send_all(int file, std::string_view text) {
  return send(file, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(text.size());
}

[[noreturn]] void crash() {
  std::signal(SIGSEGV, SIG_DFL);
  std::raise(SIGSEGV);
  std::abort();
}

/// Obey the complete lines of the input. Return whether the connection goes on.
bool obey_lines(Connection& connection, Session& session, sch_engine* engine) {
  for (std::size_t end; (end = connection.input.find('\n')) != std::string::npos;) {
    const Answer answer = obey(std::string_view(connection.input).substr(0, end), session, engine);
    connection.input.erase(0, end + 1);
    const bool sent = send_all(connection.file, answer.text + "\n");
    if (answer.crash) crash();
    if (!sent) return false;
  }
  if (connection.input.size() <= kLongestLine) return true;
  send_all(connection.file, "{\"ok\":false,\"error\":\"the line is longer than 65536 bytes\"}\n");
  return false;
}

void drop_oldest(std::vector<Connection>& connections) {
  send_all(connections.front().file, "{\"ok\":false,\"error\":\"too many connections\"}\n");
  close(connections.front().file);
  connections.erase(connections.begin());
}

bool receive(Connection& connection, Session& session, sch_engine* engine) {
  std::array<char, 4096> buffer;
  const ssize_t got = recv(connection.file, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  connection.input.append(buffer.data(), static_cast<std::size_t>(got));
  return obey_lines(connection, session, engine);
}

}  // namespace

Server::Server(std::string path, Session& session, sch_engine* engine)
    : path_(std::move(path)), session_(session), engine_(engine) {
  const sockaddr_un address = address_of(path_);
  remove_stale(path_, address);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const mode_t before = umask(0177);
  const int bound = bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound != 0) fail(path_, "can't be bound");
  if (listen(listener_, kBacklog) != 0) fail(path_, "can't be listened on");
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) fail(path_, "no pipe");
  stop_read_ = ends[0];
  stop_write_ = ends[1];
  thread_ = std::thread([this] { run(); });
}

Server::~Server() {
  close(stop_write_);
  thread_.join();
  close(stop_read_);
  close(listener_);
  unlink(path_.c_str());
}

void Server::run() {
  std::vector<Connection> connections;
  while (true) {
    std::vector<pollfd> watched{{stop_read_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Connection& connection : connections)
      watched.push_back({connection.file, POLLIN, 0});
    if (poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[0].revents != 0) break;
    // From behind, so that those not yet looked at keep their places.
    for (std::size_t i = connections.size(); i-- > 0;) {
      if (watched[i + 2].revents == 0 || receive(connections[i], session_, engine_)) continue;
      close(connections[i].file);
      connections.erase(connections.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (watched[1].revents == 0) continue;
    const int file = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (file < 0) continue;
    // The oldest makes room, not the newest: who says nothing keeps nobody out.
    if (connections.size() == kMostClients) drop_oldest(connections);
    connections.push_back({file, {}});
  }
  for (const Connection& connection : connections) close(connection.file);
}

}  // namespace whiteroom::engine::control
