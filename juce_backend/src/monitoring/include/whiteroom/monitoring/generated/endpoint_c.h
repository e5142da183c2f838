// Generated from catalogue/interfaces/endpoint.yaml by `whiteroom generate`; edit that file, not this one.

/// MetricsEndpoint for languages that call C; http_endpoint.h says more about each function.
/// The HTTP endpoint. Optional, as it needs libmicrohttpd.
///
/// A function that can fail returns NULL for success, else a text for wrm_text_free().
#ifndef WHITEROOM_MONITORING_GENERATED_ENDPOINT_C_H
#define WHITEROOM_MONITORING_GENERATED_ENDPOINT_C_H

#include "../segment_c.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wrm_endpoint wrm_endpoint;

/// Where to serve, and to whom. A text that is NULL is left as EndpointOptions has it.
typedef struct wrm_endpoint_options {
  const char* address;  ///< IPv4 or IPv6; NULL is 127.0.0.1.
  uint16_t port;  ///< 0 takes any free one.
  const char* certificate_file;  ///< With `key_file`, serve HTTPS; both are PEM.
  const char* key_file;  ///< The certificate's key.
  const char* bearer_token_file;  ///< Its first line must come with each scrape.
  const char* basic_auth_file;  ///< The same; its first line is `user:password`.
} wrm_endpoint_options;

/// Start serving. May lock and allocate.
char* wrm_endpoint_start(wrm_segment* segment, const wrm_endpoint_options* options, wrm_endpoint** made);
/// Wait for answers under way, stop serving, and free the endpoint.
void wrm_endpoint_stop(wrm_endpoint* object);

/// The port that is listened on.
uint16_t wrm_endpoint_port(const wrm_endpoint* object);

#if defined(__cplusplus)
}
#endif

#endif
