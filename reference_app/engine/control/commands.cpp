#include "control/commands.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>

#include "abi/sch_engine.h"
#include "log.h"
#include "whiteroom/monitoring/ffi_metrics.h"

namespace whiteroom::engine::control {
namespace {

using Json = nlohmann::ordered_json;
namespace ffi = monitoring::ffi;

constexpr double kLongestStall_ms = 10'000;
constexpr double kMostExtra_us = 1'000'000;

/// What was asked makes no sense; the text goes into the answer.
class BadRequest : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class Names>
std::string listed(const Names& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

std::string text_of(const Json& request, const std::string& field) {
  const auto found = request.find(field);
  if (found == request.end() || !found->is_string()) throw BadRequest(field + ": expected a text");
  return found->get<std::string>();
}

double number_of(const Json& request, const std::string& field, double low, double high) {
  const auto found = request.find(field);
  const bool is_number = found != request.end() && found->is_number();
  const double value = is_number ? found->get<double>() : 0;
  if (!is_number || !(value >= low && value <= high)) {
    const std::string seen = found == request.end() ? "nothing" : found->dump();
    throw BadRequest(field + ": expected a number from " + Json(low).dump() + " to " +
                     Json(high).dump() + ", found " + seen);
  }
  return value;
}

template <class Names>
std::size_t index_of(const std::string& field, const std::string& name, const Names& names) {
  const auto found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) {
    throw BadRequest(field + ": " + name + " is none of " + listed(names));
  }
  return static_cast<std::size_t>(found - std::begin(names));
}

void require_only(const Json& request, std::set<std::string> allowed) {
  allowed.insert("command");
  for (const auto& item : request.items()) {
    if (!allowed.contains(item.key())) {
      throw BadRequest(item.key() + ": unknown field; expected " + listed(allowed));
    }
  }
}

/// A field's value is quoted in answers, and quoting takes stack for every level of nesting.
void require_flat(const Json& request) {
  for (const auto& item : request.items()) {
    if (item.value().is_structured()) {
      throw BadRequest(item.key() + ": expected a text or a number, found an array or an object");
    }
  }
}

void require(std::int32_t result, const char* what) {
  if (result != SCH_OK) {
    throw BadRequest(std::string(what) + ": result code " + std::to_string(result));
  }
}

Json status(const Json& request, Session& session) {
  require_only(request, {});
  const Snapshot now = session.engine().snapshot();
  return {{"version", WHITEROOM_VERSION},
          {"sample_rate", now.stream.sample_rate},
          {"buffer_frames", now.stream.buffer_frames},
          {"realtime", now.realtime},
          {"playing", now.playing},
          {"tempo_bpm", now.tempo_bpm},
          {"position_beats", now.position_beats},
          {"callbacks", now.callbacks},
          {"xruns", now.xruns},
          {"channels", session.channels()}};
}

Json slow_plugin(const Json& request, Session& session) {
  require_only(request, {"kind", "channel", "microseconds"});
  const std::size_t channel = index_of("channel", text_of(request, "channel"), session.channels());
  const double extra = number_of(request, "microseconds", 0, kMostExtra_us);
  session.faults().slow_plugin(channel, std::chrono::microseconds(std::llround(extra)));
  return Json::object();
}

Json stall(const Json& request, Session& session) {
  require_only(request, {"kind", "milliseconds"});
  const double length = number_of(request, "milliseconds", 1, kLongestStall_ms);
  session.faults().stall(std::chrono::milliseconds(std::llround(length)));
  return Json::object();
}

std::int32_t result_named(const std::string& name) {
  for (std::int32_t result = 1; result <= SCH_INTERNAL; ++result) {
    const auto code = monitoring::code_of(result);
    const bool is_catch_all = code == ffi::Code::internal && result != SCH_INTERNAL;
    if (code && !is_catch_all && ffi::kCodeValues[static_cast<std::size_t>(*code)] == name) {
      return result;
    }
  }
  throw BadRequest("code: " + name + " is none of " + listed(ffi::kCodeValues));
}

Json failing_calls(const Json& request, Session& session) {
  require_only(request, {"kind", "function", "code", "share"});
  const std::size_t function =
      index_of("function", text_of(request, "function"), ffi::kFunctionValues);
  const std::int32_t result = result_named(text_of(request, "code"));
  const double share = request.contains("share") ? number_of(request, "share", 0, 1) : 1;
  session.faults().failing_calls(static_cast<ffi::Function>(function), result, share);
  return Json::object();
}

Json fault(const Json& request, Session& session) {
  const std::string kind = text_of(request, "kind");
  if (kind == "slow_plugin") return slow_plugin(request, session);
  if (kind == "stall") return stall(request, session);
  if (kind == "failing_calls") return failing_calls(request, session);
  if (kind != "crash") {
    throw BadRequest("kind: " + kind + " is none of slow_plugin, stall, failing_calls, crash");
  }
  require_only(request, {"kind"});
  return Json::object();
}

Json faults_off(const Json& request, Session& session) {
  require_only(request, {});
  session.faults().clear();
  return Json::object();
}

Json transport(const Json& request, bool playing, sch_engine* engine) {
  require_only(request, {});
  require(sch_engine_set_transport(engine, playing), "sch_engine_set_transport");
  return Json::object();
}

Json tempo(const Json& request, sch_engine* engine) {
  require_only(request, {"bpm"});
  const double bpm = number_of(request, "bpm", song::kSlowestBpm, song::kFastestBpm);
  require(sch_engine_set_tempo(engine, bpm), "sch_engine_set_tempo");
  return Json::object();
}

Json dispatched(const Json& request, Session& session, sch_engine* engine) {
  require_flat(request);
  const std::string command = text_of(request, "command");
  if (command == "status") return status(request, session);
  if (command == "fault") return fault(request, session);
  if (command == "faults_off") return faults_off(request, session);
  if (command == "play" || command == "stop") return transport(request, command == "play", engine);
  if (command == "tempo") return tempo(request, engine);
  throw BadRequest("command: " + command +
                   " is none of status, play, stop, tempo, fault, faults_off");
}

Json refused(const std::string& problem) { return {{"ok", false}, {"error", problem}}; }

}  // namespace

Answer obey(std::string_view line, Session& session, sch_engine* engine) {
  const auto ignore = nlohmann::ordered_json::error_handler_t::replace;
  const Json request = Json::parse(line, nullptr, false);
  if (!request.is_object()) {
    return {refused("expected one JSON object on a line, such as {\"command\":\"status\"}").dump()};
  }
  try {
    Json answer{{"ok", true}};
    answer.update(dispatched(request, session, engine));
    const std::string command = request["command"];
    const bool crash = command == "fault" && request["kind"] == "crash";
    if (command != "status") {
      log(Level::info, "command", {{"request", request.dump(-1, ' ', false, ignore)}});
    }
    return {answer.dump(-1, ' ', false, ignore), crash};
  } catch (const BadRequest& problem) {
    return {refused(problem.what()).dump(-1, ' ', false, ignore)};
  }
}

}  // namespace whiteroom::engine::control
