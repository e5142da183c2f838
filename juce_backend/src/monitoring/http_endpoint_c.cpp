#include "http_endpoint_c.h"

#include "http_endpoint.h"
#include "segment_c_access.h"

using namespace whiteroom::monitoring;

struct wrm_endpoint {
  MetricsEndpoint endpoint;
};

namespace {

const char* text_or(const char* text, const char* otherwise) noexcept {
  return text == nullptr ? otherwise : text;
}

}  // namespace

char* wrm_endpoint_start(wrm_segment* segment, const wrm_endpoint_options* options,
                         wrm_endpoint** started) {
  return guarded([&] {
    const EndpointOptions given{.address = text_or(options->address, "127.0.0.1"),
                                .port = options->port,
                                .certificate_file = text_or(options->certificate_file, ""),
                                .key_file = text_or(options->key_file, ""),
                                .bearer_token_file = text_or(options->bearer_token_file, ""),
                                .basic_auth_file = text_or(options->basic_auth_file, "")};
    *started = new wrm_endpoint{MetricsEndpoint(segment_behind(segment), given)};
  });
}

std::uint16_t wrm_endpoint_port(const wrm_endpoint* endpoint) { return endpoint->endpoint.port(); }

void wrm_endpoint_stop(wrm_endpoint* endpoint) { delete endpoint; }
