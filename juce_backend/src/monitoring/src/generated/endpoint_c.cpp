// Generated from catalogue/interfaces/endpoint.yaml by `whiteroom generate`; edit that file, not this one.

#include "whiteroom/monitoring/generated/endpoint_c.h"

#include "../segment_c_access.h"
#include "whiteroom/monitoring/http_endpoint.h"

using namespace whiteroom::monitoring;

struct wrm_endpoint {
  MetricsEndpoint wrapped;
};

namespace {

EndpointOptions endpoint_options_of(const wrm_endpoint_options* from) {
  EndpointOptions made;
  if (from == nullptr) return made;
  if (from->address != nullptr) made.address = from->address;
  made.port = from->port;
  if (from->certificate_file != nullptr) made.certificate_file = from->certificate_file;
  if (from->key_file != nullptr) made.key_file = from->key_file;
  if (from->bearer_token_file != nullptr) made.bearer_token_file = from->bearer_token_file;
  if (from->basic_auth_file != nullptr) made.basic_auth_file = from->basic_auth_file;
  return made;
}

}  // namespace

char* wrm_endpoint_start(wrm_segment* segment, const wrm_endpoint_options* options, wrm_endpoint** made) {
  return guarded([&] { *made = new wrm_endpoint{MetricsEndpoint(segment_behind(&given(segment, "the segment")), endpoint_options_of(options))}; });
}

void wrm_endpoint_stop(wrm_endpoint* object) { delete object; }

uint16_t wrm_endpoint_port(const wrm_endpoint* object) {
  return object == nullptr ? uint16_t{} : object->wrapped.port();
}
