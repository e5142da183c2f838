/// The HTTP endpoint for languages that call C; http_endpoint.h says what it answers. Optional, as
/// that is: needs libmicrohttpd.
#ifndef WHITEROOM_MONITORING_HTTP_ENDPOINT_C_H
#define WHITEROOM_MONITORING_HTTP_ENDPOINT_C_H

#include <stdint.h>

#include "segment_c.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wrm_endpoint wrm_endpoint;

/// Texts may be NULL, which leaves out what they are for; http_endpoint.h says more.
typedef struct wrm_endpoint_options {
  const char* address;  ///< NULL: 127.0.0.1
  uint16_t port;        ///< 0: any free one
  const char* certificate_file;
  const char* key_file;
  const char* bearer_token_file;
  const char* basic_auth_file;
} wrm_endpoint_options;

/// Serve the metrics. Returns NULL for success, else a text for wrm_text_free().
char* wrm_endpoint_start(wrm_segment* segment, const wrm_endpoint_options* options,
                         wrm_endpoint** started);
uint16_t wrm_endpoint_port(const wrm_endpoint* endpoint);
/// Wait for answers under way, stop serving, and free the endpoint.
void wrm_endpoint_stop(wrm_endpoint* endpoint);

#if defined(__cplusplus)
}
#endif

#endif
