#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>

#include "fixture.h"
#include "whiteroom/monitoring/http_endpoint.h"

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

namespace {

/// Send `request` to the port on loopback and return all that comes back.
std::string answer_to(std::uint16_t port, const std::string& request) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  REQUIRE(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(send(connection, request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t got; (got = recv(connection, buffer, sizeof buffer, 0)) > 0;) {
    answer.append(buffer, static_cast<std::size_t>(got));
  }
  close(connection);
  return answer;
}

std::string get(std::uint16_t port, const std::string& method, const std::string& path) {
  return answer_to(
      port, method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
}

}  // namespace

TEST_CASE("a child after fork() does not hold the address, and ends without waiting for a thread") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  auto endpoint = std::make_unique<MetricsEndpoint>(test.segment, EndpointOptions{.port = 0});
  const std::uint16_t port = endpoint->port();
  int held[2];
  REQUIRE(pipe(held) == 0);
  const pid_t child = fork();
  if (child == 0) {
    close(held[1]);
    char byte = 0;
    (void)!read(held[0], &byte, 1);  // lives until the parent has seen
    endpoint.reset();
    _exit(0);
  }
  CHECK(get(port, "GET", "/metrics").starts_with("HTTP/1.1 200"));
  endpoint.reset();
  {
    const MetricsEndpoint again(test.segment, {.port = port});
    CHECK(get(port, "GET", "/metrics").starts_with("HTTP/1.1 200"));
  }
  close(held[1]);
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  close(held[0]);
}

TEST_CASE("the endpoint answers with the right status and the program's metrics") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  test.events().increment(5);
  const MetricsEndpoint endpoint(test.segment, {.port = 0});
  const std::uint16_t port = endpoint.port();
  const std::string metrics = get(port, "GET", "/metrics");
  CHECK(metrics.starts_with("HTTP/1.1 200"));
  CHECK(metrics.find("text/plain; version=0.0.4; charset=utf-8") != std::string::npos);
  CHECK(metrics.find("\ntest_events_total 5\n") != std::string::npos);
  CHECK(get(port, "GET", "/metrics")
            .find("monitoring_exposition_duration_seconds_count{program=\"test\"} 1\n") !=
        std::string::npos);
  CHECK(get(port, "HEAD", "/metrics").find("test_events_total") == std::string::npos);
  CHECK(get(port, "GET", "/-/healthy").starts_with("HTTP/1.1 200"));
  CHECK(get(port, "GET", "/other").starts_with("HTTP/1.1 404"));
  CHECK(get(port, "POST", "/metrics").starts_with("HTTP/1.1 405"));
  CHECK_FALSE(answer_to(port, "garbage\r\n\r\n").starts_with("HTTP/1.1 200"));
  CHECK(get(port, "GET", "/-/ready").starts_with("HTTP/1.1 200"));  // and it lives on
  CHECK(read_program(folder.path, "test").served);
}

TEST_CASE("a port that is taken is an error that names it") {
  const SegmentFolder folder;
  TestSegment test(folder.path);
  const MetricsEndpoint endpoint(test.segment, {.port = 0});
  const std::string place = "127.0.0.1:" + std::to_string(endpoint.port());
  try {
    const MetricsEndpoint second(test.segment, {.port = endpoint.port()});
    FAIL("expected an EndpointError");
  } catch (const EndpointError& error) {
    CHECK(std::string(error.what()).starts_with(place));
  }
  CHECK_THROWS_AS(MetricsEndpoint(test.segment, {.address = "nowhere"}), EndpointError);
}
