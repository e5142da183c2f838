#include "http_endpoint.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "exposition.h"
#include "fold.h"

namespace whiteroom::monitoring {
namespace {

constexpr unsigned kConnections = 64;
constexpr unsigned kIdleSeconds = 10;
constexpr std::size_t kConnectionBytes = 16 * 1024;

struct Answer {
  unsigned status;
  std::string body;
  std::string_view content_type = "text/plain; charset=utf-8";
};

Answer metrics_of(Segment& segment) {
  const auto begin = std::chrono::steady_clock::now();
  fold_program(segment.directory(), segment.program());
  try {
    std::string body;
    expose_text(read_program(segment.directory(), segment.program(), segment.unshared_bytes()).view,
                body);
    segment.count_exposition(std::chrono::steady_clock::now() - begin);
    return {MHD_HTTP_OK, std::move(body), kTextContentType};
  } catch (const std::exception& error) {
    return {MHD_HTTP_INTERNAL_SERVER_ERROR, std::string(error.what()) + "\n"};
  }
}

Answer answer_to(Segment& segment, std::string_view method, std::string_view path) {
  const bool known = path == "/metrics" || path == "/-/healthy" || path == "/-/ready";
  if (!known) return {MHD_HTTP_NOT_FOUND, "not found; the metrics are at /metrics\n"};
  if (method != MHD_HTTP_METHOD_GET && method != MHD_HTTP_METHOD_HEAD) {
    return {MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered\n"};
  }
  if (path == "/metrics") return metrics_of(segment);
  return {MHD_HTTP_OK, "ok\n"};
}

MHD_Result send(MHD_Connection* connection, const Answer& answer) {
  MHD_Response* const response = MHD_create_response_from_buffer(
      answer.body.size(), const_cast<char*>(answer.body.data()), MHD_RESPMEM_MUST_COPY);
  if (response == nullptr) return MHD_NO;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
                          std::string(answer.content_type).c_str());
  if (answer.status == MHD_HTTP_METHOD_NOT_ALLOWED) {
    MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
  }
  const MHD_Result queued = MHD_queue_response(connection, answer.status, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

class MetricsEndpoint::Impl {
 public:
  Impl(Segment& segment, const EndpointOptions& options) : segment_(segment) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    const std::string place = options.address + ":" + std::to_string(options.port);
    if (inet_pton(AF_INET, options.address.c_str(), &address.sin_addr) != 1) {
      throw EndpointError(place + ": expected an IPv4 address");
    }
    errno = 0;
    daemon_ = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, options.port, nullptr, nullptr, &Impl::handle, this,
        MHD_OPTION_SOCK_ADDR, reinterpret_cast<sockaddr*>(&address), MHD_OPTION_CONNECTION_LIMIT,
        kConnections, MHD_OPTION_CONNECTION_TIMEOUT, kIdleSeconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionBytes, MHD_OPTION_END);
    if (daemon_ == nullptr) {
      throw EndpointError(place + ": can't be listened on: " +
                          (errno != 0 ? std::strerror(errno) : "no reason given"));
    }
    segment_.set_served(true);
  }

  ~Impl() {
    segment_.set_served(false);
    MHD_stop_daemon(daemon_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const noexcept {
    const MHD_DaemonInfo* const info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    return info == nullptr ? 0 : info->port;
  }

 private:
  static MHD_Result handle(void* self, MHD_Connection* connection, const char* path,
                           const char* method, const char*, const char*, std::size_t* body_bytes,
                           void** state) {
    // The first call brings the headers only; the answer waits until a body has been read away.
    static int seen;
    if (*state == nullptr) {
      *state = &seen;
      return MHD_YES;
    }
    if (*body_bytes != 0) {
      *body_bytes = 0;
      return MHD_YES;
    }
    return send(connection, answer_to(static_cast<Impl*>(self)->segment_, method, path));
  }

  Segment& segment_;
  MHD_Daemon* daemon_ = nullptr;
};

MetricsEndpoint::MetricsEndpoint(Segment& segment, const EndpointOptions& options)
    : impl_(std::make_unique<Impl>(segment, options)) {}
MetricsEndpoint::~MetricsEndpoint() = default;
std::uint16_t MetricsEndpoint::port() const noexcept { return impl_->port(); }

}  // namespace whiteroom::monitoring
