#include "whiteroom/monitoring/http_endpoint.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "credentials.h"
#include "fork_guard.h"
#include "scrape_body.h"
#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/negotiation.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr unsigned kIdleSeconds = 10;
constexpr unsigned kMisdirected = 421;
constexpr std::size_t kConnectionBytes = 16 * 1024;
/// However slowly it is taken, an answer ends: what it holds is wanted by others.
constexpr std::chrono::seconds kLongestAnswer{60};
/// What the answers under way may hold together.
constexpr std::size_t kHeldBytes = 64 * 1024 * 1024;

/// Connections at once: at most half of the files that the application may open.
unsigned most_connections() {
  constexpr rlim_t kMost = 512;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return 64;
  return static_cast<unsigned>(std::clamp<rlim_t>(files.rlim_cur / 2, 2, kMost));
}

/// The state of a connection: its position among those without a request.
struct ConnectionState {
  int socket;
  std::optional<std::list<ConnectionState*>::iterator> position;
};

/// The connections without a request, the oldest first. When there are too many, the oldest is
/// evicted, and not the newest: that may be the scraper. Belongs to the daemon's one thread.
class IdleConnectionLimiter {
 public:
  explicit IdleConnectionLimiter(std::size_t most) : most_(most) {}

  void add(ConnectionState& connection) {
    connection.position = idle_.insert(idle_.end(), &connection);
    if (idle_.size() > most_) evict(*idle_.front());
  }
  void remove(ConnectionState& connection) {
    if (connection.position) idle_.erase(*std::exchange(connection.position, std::nullopt));
  }

 private:
  /// The daemon sees the end of the connection, and closes it.
  void evict(ConnectionState& oldest) {
    remove(oldest);
    shutdown(oldest.socket, SHUT_RDWR);
  }

  std::size_t most_;
  std::list<ConnectionState*> idle_;
};

std::string read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  if (!file) throw EndpointError(path + ": can't be read: " + std::strerror(errno));
  return std::move(content).str();
}

std::string first_line(const std::string& path) {
  std::string line = read_whole(path);
  line.resize(std::min(line.size(), line.find_first_of("\r\n")));
  if (line.empty()) throw EndpointError(path + ": its first line is empty, expected a secret");
  return line;
}

Credentials credentials_of(const EndpointOptions& options) {
  if (!options.bearer_token_file.empty() && !options.basic_auth_file.empty()) {
    throw EndpointError("found both a bearer token and a password, expected one of them");
  }
  if (!options.bearer_token_file.empty()) {
    return Credentials::bearer(first_line(options.bearer_token_file));
  }
  if (options.basic_auth_file.empty()) return {};
  const std::string line = first_line(options.basic_auth_file);
  if (line.find(':') == std::string::npos) {
    throw EndpointError(options.basic_auth_file + ": expected user:password in its first line");
  }
  return Credentials::basic(line);
}

/// Tell whether a Host header names no name, but a number or this machine. A page elsewhere can
/// have its name lead here, and would then read what is answered; it can't do so with a number.
bool names_this_machine(const std::string& header) {
  const bool bracketed = header.starts_with('[');
  const std::string name =
      bracketed ? header.substr(1, header.find(']') - 1) : header.substr(0, header.rfind(':'));
  std::array<unsigned char, sizeof(in6_addr)> number{};
  return name.empty() || strcasecmp(name.c_str(), "localhost") == 0 ||
         inet_pton(AF_INET, name.c_str(), number.data()) == 1 ||
         inet_pton(AF_INET6, name.c_str(), number.data()) == 1;
}

/// Return the values of a header, of all its lines.
std::string header(MHD_Connection* connection, const char* name) {
  struct Wanted {
    const char* name;
    std::string values;
  } wanted{name, {}};
  MHD_get_connection_values(
      connection, MHD_HEADER_KIND,
      [](void* to, MHD_ValueKind, const char* key, const char* value) -> MHD_Result {
        auto& found = *static_cast<Wanted*>(to);
        if (strcasecmp(key, found.name) == 0 && value != nullptr) {
          found.values += (found.values.empty() ? "" : ",") + std::string(value);
        }
        return MHD_YES;
      },
      &wanted);
  return std::move(wanted.values);
}

bool asks_for_created(MHD_Connection* connection) {
  const char* const value =
      MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "created");
  return value != nullptr && (std::string_view(value) == "1" || std::string_view(value) == "true");
}

class Response {
 public:
  explicit Response(MHD_Response* response) noexcept : response_(response) {}
  explicit Response(std::string_view body)
      : Response(MHD_create_response_from_buffer(body.size(), const_cast<char*>(body.data()),
                                                 MHD_RESPMEM_MUST_COPY)) {}
  ~Response() {
    if (response_ != nullptr) MHD_destroy_response(response_);
  }
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;

  Response& with(const char* name, std::string_view value) {
    if (response_ != nullptr) MHD_add_response_header(response_, name, std::string(value).c_str());
    return *this;
  }

  MHD_Result queue(MHD_Connection* connection, unsigned status) const {
    return response_ == nullptr ? MHD_NO : MHD_queue_response(connection, status, response_);
  }

 private:
  MHD_Response* response_;
};

MHD_Result answer_plainly(MHD_Connection* connection, unsigned status, std::string_view body) {
  return Response(body).with(MHD_HTTP_HEADER_CONTENT_TYPE, kPlain).queue(connection, status);
}

}  // namespace

/// Everything but the constructor, the destructor and what fork() calls runs on the daemon's one
/// thread.
///
/// A child after fork() has no thread that answers. It closes the sockets, so that whoever connects
/// is not left waiting, and the address is free when the parent has ended.
class MetricsEndpoint::Impl final : public Forkable {
 public:
  Impl(Segment& segment, const EndpointOptions& options)
      : segment_(segment), credentials_(credentials_of(options)) {
    start(options);
    segment_.set_served(true);
    watch_forks(this);
  }

  ~Impl() {
    unwatch_forks(this);
    if (in_child_) return;  // the daemon's thread is the parent's
    segment_.set_served(false);
    MHD_stop_daemon(daemon_);
  }

  void before_fork() override { sockets_mutex_.lock(); }
  void after_fork_in_parent() override { sockets_mutex_.unlock(); }
  void after_fork_in_child() noexcept override {
    if (!in_child_) {
      for (const int socket : sockets_) close(socket);
    }
    in_child_ = true;
    sockets_mutex_.unlock();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const noexcept {
    if (in_child_) return 0;
    const MHD_DaemonInfo* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    return info == nullptr ? 0 : info->port;
  }

 private:
  /// A body that is sent while it is written.
  struct Stream {
    Impl& endpoint;
    std::unique_ptr<ScrapeBody> body;
    std::size_t held_bytes;
    std::size_t sent = 0;  ///< of the current block

    ~Stream() { endpoint.held_bytes_ -= held_bytes; }
  };

  void start(const EndpointOptions& options);
  static ConnectionState& state_of(MHD_Connection* connection) {
    const MHD_ConnectionInfo* const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return *static_cast<ConnectionState*>(info->socket_context);
  }
  static void connection_changed(void* self, MHD_Connection* connection, void** kept,
                                 MHD_ConnectionNotificationCode change) {
    auto& endpoint = *static_cast<Impl*>(self);
    if (change == MHD_CONNECTION_NOTIFY_STARTED) {
      const int socket =
          MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      auto* const state = new ConnectionState{socket, {}};
      endpoint.idle_.add(*state);
      *kept = state;
      const std::lock_guard lock(endpoint.sockets_mutex_);
      endpoint.sockets_.insert(socket);
    } else {
      auto* const state = static_cast<ConnectionState*>(*kept);
      const std::lock_guard lock(endpoint.sockets_mutex_);
      endpoint.sockets_.erase(state->socket);
      endpoint.idle_.remove(*state);
      delete state;
    }
  }
  static void answered(void* self, MHD_Connection* connection, void**, MHD_RequestTerminationCode) {
    static_cast<Impl*>(self)->idle_.add(state_of(connection));
  }

  static MHD_Result handle(void* self, MHD_Connection* connection, const char* path,
                           const char* method, const char*, const char*, std::size_t* body_bytes,
                           void** state) {
    // The first call brings the headers only; the answer waits until a body has been read away.
    static int seen;
    if (*state == nullptr) {
      *state = &seen;
      static_cast<Impl*>(self)->idle_.remove(state_of(connection));
      return MHD_YES;
    }
    if (*body_bytes != 0) {
      *body_bytes = 0;
      return MHD_YES;
    }
    return static_cast<Impl*>(self)->answer(connection, method, path);
  }

  MHD_Result answer(MHD_Connection* connection, std::string_view method, std::string_view path);
  MHD_Result answer_scrape(MHD_Connection* connection);
  MHD_Result send(MHD_Connection* connection, std::unique_ptr<ScrapeBody> body,
                  ExpositionFormat format, bool gzip);
  static ssize_t read(void* stream, std::uint64_t, char* to, std::size_t most);

  Segment& segment_;
  Credentials credentials_;
  std::string certificate_;
  std::string key_;
  const unsigned most_connections_ = most_connections();
  IdleConnectionLimiter idle_{most_connections_ - most_connections_ / 8 - 1};
  std::size_t held_bytes_ = 0;
  bool on_loopback_ = false;
  MHD_Daemon* daemon_ = nullptr;
  std::mutex sockets_mutex_;
  std::set<int> sockets_;  ///< that a child after fork() must not hold
  bool in_child_ = false;
};

void MetricsEndpoint::Impl::start(const EndpointOptions& options) {
  sockaddr_in ip4{};
  ip4.sin_family = AF_INET;
  ip4.sin_port = htons(options.port);
  sockaddr_in6 ip6{};
  ip6.sin6_family = AF_INET6;
  ip6.sin6_port = htons(options.port);
  on_loopback_ = options.address.starts_with("127.") || options.address == "::1";
  const bool is_ip6 = inet_pton(AF_INET6, options.address.c_str(), &ip6.sin6_addr) == 1;
  const std::string place = options.address + ":" + std::to_string(options.port);
  if (!is_ip6 && inet_pton(AF_INET, options.address.c_str(), &ip4.sin_addr) != 1) {
    throw EndpointError(place + ": expected an IPv4 or IPv6 address");
  }
  if (options.certificate_file.empty() != options.key_file.empty()) {
    throw EndpointError(place + ": HTTPS needs both a certificate and its key");
  }
  unsigned flags = MHD_USE_AUTO_INTERNAL_THREAD;
  if (is_ip6) flags |= MHD_USE_IPv6;
  std::vector<MHD_OptionItem> more;
  if (!options.key_file.empty()) {
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) == MHD_NO) {
      throw EndpointError(place + ": this libmicrohttpd was built without TLS");
    }
    flags |= MHD_USE_TLS;
    certificate_ = read_whole(options.certificate_file);
    key_ = read_whole(options.key_file);
    more.push_back({MHD_OPTION_HTTPS_MEM_CERT, 0, certificate_.data()});
    more.push_back({MHD_OPTION_HTTPS_MEM_KEY, 0, key_.data()});
  }
  more.push_back({MHD_OPTION_END, 0, nullptr});
  errno = 0;
  daemon_ = MHD_start_daemon(
      flags, options.port, nullptr, nullptr, &Impl::handle, this, MHD_OPTION_SOCK_ADDR,
      is_ip6 ? reinterpret_cast<sockaddr*>(&ip6) : reinterpret_cast<sockaddr*>(&ip4),
      MHD_OPTION_CONNECTION_LIMIT, most_connections_, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBytes, MHD_OPTION_NOTIFY_CONNECTION,
      &Impl::connection_changed, this, MHD_OPTION_NOTIFY_COMPLETED, &Impl::answered, this,
      MHD_OPTION_ARRAY, more.data(), MHD_OPTION_END);
  if (daemon_ == nullptr) {
    const char* const usual =
        options.key_file.empty() ? "no reason given" : "the certificate or its key is not usable";
    throw EndpointError(place +
                        ": can't be listened on: " + (errno != 0 ? std::strerror(errno) : usual));
  }
  for (const auto what : {MHD_DAEMON_INFO_LISTEN_FD, MHD_DAEMON_INFO_EPOLL_FD}) {
    const MHD_DaemonInfo* const info = MHD_get_daemon_info(daemon_, what);
    const int file = info == nullptr ? -1 : info->listen_fd;
    const std::lock_guard lock(sockets_mutex_);
    if (file >= 0) sockets_.insert(file);
  }
}

MHD_Result MetricsEndpoint::Impl::answer(MHD_Connection* connection, std::string_view method,
                                         std::string_view path) {
  if (on_loopback_ && !names_this_machine(header(connection, MHD_HTTP_HEADER_HOST))) {
    return answer_plainly(connection, kMisdirected,
                          "Host: expected this machine's address or localhost\n");
  }
  const bool scrape = path == "/metrics";
  if (!scrape && path != "/-/healthy" && path != "/-/ready") {
    return answer_plainly(connection, MHD_HTTP_NOT_FOUND,
                          "not found; the metrics are at /metrics\n");
  }
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return Response("only GET and HEAD are answered\n")
        .with(MHD_HTTP_HEADER_CONTENT_TYPE, kPlain)
        .with(MHD_HTTP_HEADER_ALLOW, "GET, HEAD")
        .queue(connection, MHD_HTTP_METHOD_NOT_ALLOWED);
  }
  if (!scrape) return answer_plainly(connection, MHD_HTTP_OK, "ok\n");
  if (!credentials_.admit(header(connection, MHD_HTTP_HEADER_AUTHORIZATION))) {
    return Response("the metrics need credentials\n")
        .with(MHD_HTTP_HEADER_CONTENT_TYPE, kPlain)
        .with(MHD_HTTP_HEADER_WWW_AUTHENTICATE, credentials_.challenge())
        .queue(connection, MHD_HTTP_UNAUTHORIZED);
  }
  return answer_scrape(connection);
}

MHD_Result MetricsEndpoint::Impl::answer_scrape(MHD_Connection* connection) {
  if (held_bytes_ > kHeldBytes) {
    return Response("other answers are under way and hold as much memory as they may\n")
        .with(MHD_HTTP_HEADER_CONTENT_TYPE, kPlain)
        .with(MHD_HTTP_HEADER_RETRY_AFTER, "1")
        .queue(connection, MHD_HTTP_SERVICE_UNAVAILABLE);
  }
  const ExpositionFormat format = negotiate_format(header(connection, MHD_HTTP_HEADER_ACCEPT));
  const bool gzip = accepts_gzip(header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING));
  try {
    auto body = std::make_unique<ScrapeBody>(
        segment_, ExpositionOptions{format, asks_for_created(connection)}, gzip);
    body->next();
    return send(connection, std::move(body), format, gzip);
  } catch (const std::exception& error) {
    return answer_plainly(connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
                          std::string(error.what()) + "\n");
  }
}

MHD_Result MetricsEndpoint::Impl::send(MHD_Connection* connection, std::unique_ptr<ScrapeBody> body,
                                       ExpositionFormat format, bool gzip) {
  MHD_Response* response = nullptr;
  if (body->finished()) {
    const std::string& text = body->block();
    response = MHD_create_response_from_buffer(text.size(), const_cast<char*>(text.data()),
                                               MHD_RESPMEM_MUST_COPY);
  } else {
    held_bytes_ += body->held_bytes();
    const std::size_t held = body->held_bytes();
    auto* const stream = new Stream{*this, std::move(body), held};
    response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 64 * 1024, &Impl::read, stream,
                                          [](void* ended) { delete static_cast<Stream*>(ended); });
    if (response == nullptr) delete stream;
  }
  Response answer(response);
  answer.with(MHD_HTTP_HEADER_CONTENT_TYPE, content_type(format));
  answer.with(MHD_HTTP_HEADER_VARY, "Accept, Accept-Encoding");
  if (gzip) answer.with(MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
  return answer.queue(connection, MHD_HTTP_OK);
}

ssize_t MetricsEndpoint::Impl::read(void* of, std::uint64_t, char* to, std::size_t most) {
  auto& stream = *static_cast<Stream*>(of);
  ScrapeBody& body = *stream.body;
  if (ScrapeBody::Clock::now() - body.begun() > kLongestAnswer) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
  try {
    if (stream.sent == body.block().size()) {
      stream.sent = 0;
      if (!body.next()) return MHD_CONTENT_READER_END_OF_STREAM;
    }
  } catch (const std::exception&) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
  const std::size_t now = std::min(most, body.block().size() - stream.sent);
  std::memcpy(to, body.block().data() + stream.sent, now);
  stream.sent += now;
  return static_cast<ssize_t>(now);
}

MetricsEndpoint::MetricsEndpoint(Segment& segment, const EndpointOptions& options)
    : impl_(std::make_unique<Impl>(segment, options)) {}
MetricsEndpoint::~MetricsEndpoint() = default;
std::uint16_t MetricsEndpoint::port() const noexcept { return impl_->port(); }

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
