#include "whiteroom/monitoring/negotiation.h"

#include <doctest/doctest.h>

using namespace whiteroom::monitoring;

TEST_CASE("the format is the one that the Accept header prefers") {
  constexpr ExpositionFormat kText = ExpositionFormat::text;
  constexpr ExpositionFormat kOpen = ExpositionFormat::open_metrics;
  const std::pair<const char*, ExpositionFormat> cases[] = {
      {"", kText},
      {"*/*", kText},
      {"text/plain", kText},
      {"application/openmetrics-text", kOpen},
      {"application/openmetrics-text; version=1.0.0; charset=utf-8", kOpen},
      {"application/openmetrics-text;version=9.0.0", kText},
      {"APPLICATION/OpenMetrics-Text ; Version=1.0.0", kOpen},
      {"application/*", kOpen},
      {"application/*;q=0.5,text/*;q=0.4", kOpen},
      {"application/openmetrics-text;q=0.2,text/plain;q=0.3", kText},
      {"application/openmetrics-text;q=0.3,text/plain;q=0.2", kOpen},
      {"application/openmetrics-text;q=0.5,text/plain;q=0.5", kText},
      {"application/openmetrics-text;q=0,*/*", kText},
      {"application/openmetrics-text,text/plain;q=0,*/*;q=0.1", kOpen},
      {"application/openmetrics-text;q=2", kText},
      {"application/openmetrics-text;q=abc", kText},
      {"application/json", kText},
      {";;,,=;q=", kText},
      // What Prometheus 2.42 and 3.x send.
      {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
       "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
       kOpen},
      {"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
       "application/openmetrics-text;version=0.0.1;q=0.4,"
       "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,"
       "*/*;q=0.1",
       kOpen},
      {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
       "encoding=delimited,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
       kText},
      // A browser.
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", kText},
  };
  for (const auto& [accept, expected] : cases) {
    CAPTURE(accept);
    CHECK(negotiate_format(accept) == expected);
  }
}

TEST_CASE("gzip is used where it is allowed") {
  const std::pair<const char*, bool> cases[] = {
      {"", false},         {"gzip", true},           {"GZIP", true},
      {"x-gzip", true},    {"deflate", false},       {"deflate, gzip;q=0.5", true},
      {"gzip;q=0", false}, {"gzip;q=0.0, *", false}, {"*", true},
      {"*;q=0", false},    {"identity", false},
  };
  for (const auto& [accept, expected] : cases) {
    CAPTURE(accept);
    CHECK(accepts_gzip(accept) == expected);
  }
}
