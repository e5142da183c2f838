/// Serves a program's metrics over HTTP. Optional: needs libmicrohttpd and zlib, which an
/// application that can't link them goes without; the agent then serves its segments.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "segment.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Empty file names leave out what they are for. The files are read once, at the start.
struct EndpointOptions {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6
  std::uint16_t port = 8000;          ///< 0: any free one
  std::string certificate_file{};     ///< with `key_file`: HTTPS; both PEM
  std::string key_file{};
  std::string bearer_token_file{};  ///< its first line must come with each scrape
  std::string basic_auth_file{};    ///< the same; its first line is `user:password`
};

/// The address can't be listened on, or a file not be used; the text says which and why.
class EndpointError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Answers GET and HEAD of /metrics (base, dead and living segments of the program as one),
/// /-/healthy and /-/ready, on one thread of its own. Recording is not affected by scrapes.
///
/// The format follows the Accept header (text 0.0.4 or OpenMetrics 1.0; `?created=1` adds
/// `_created` to the latter), the encoding Accept-Encoding (gzip). A long text is written while it
/// is sent. What answers under way hold is bounded; a scrape beyond that gets status 503.
///
/// A child after fork() has no endpoint: a program that goes into the background makes it after
/// that.
class MetricsEndpoint {
 public:
  /// Start serving; `segment` must be prepared and outlive the endpoint. Throws EndpointError.
  MetricsEndpoint(Segment& segment, const EndpointOptions& options);
  /// Stops serving and waits for answers under way.
  ~MetricsEndpoint();
  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  std::uint16_t port() const noexcept;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
