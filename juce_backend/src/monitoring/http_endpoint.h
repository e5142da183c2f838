/// Serves a program's metrics over HTTP. Optional: needs libmicrohttpd, which an application that
/// can't link it goes without; the agent then serves its segments.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "segment.h"

namespace whiteroom::monitoring {

struct EndpointOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;  ///< 0: any free one
};

/// The address can't be listened on; the text says which and why.
class EndpointError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Answers GET and HEAD of /metrics (base, dead and living segments of the program as one),
/// /-/healthy and /-/ready, on one thread of its own. Recording is not affected by scrapes.
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

}  // namespace whiteroom::monitoring
