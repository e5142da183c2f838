#include "loops.h"

#include "whiteroom/monitoring/generated/ui.h"

using namespace whiteroom::monitoring;

namespace {

std::uint64_t lost[WRM_LOST_REASONS];

template <class Body>
void repeat(std::uint64_t rounds, const Body& body) {
  for (std::uint64_t i = 0; i < rounds; ++i) {
    body(i);
    benchmark_clobber();
  }
}

}  // namespace

void cpp_increment_realtime(std::uint64_t* cell, std::uint64_t rounds) {
  const Counter<Writers::one> counter(cell, lost);
  repeat(rounds, [&](auto) { counter.increment(); });
}

void cpp_increment_any(std::uint64_t* cell, std::uint64_t rounds) {
  const Counter<Writers::many> counter(cell, lost);
  repeat(rounds, [&](auto) { counter.increment(); });
}

void cpp_increment_labelled(std::uint64_t* cells, std::uint64_t rounds) {
  const decltype(ui::Shared::ui_user_actions_total) actions(cells, lost);
  repeat(rounds, [&](auto i) { actions[static_cast<ui::Action>(i & 7)].increment(); });
}

void cpp_observe_realtime(std::uint64_t* group, const std::int64_t* values, std::uint64_t rounds) {
  const decltype(ui::Realtime::ui_render_time_seconds) histogram(group, lost);
  repeat(rounds, [&](auto i) { histogram.observe(std::chrono::nanoseconds(values[i % 1024])); });
}

void cpp_observe_any(std::uint64_t* group, const std::int64_t* values, std::uint64_t rounds) {
  const decltype(ui::Shared::ui_interaction_time_seconds) histogram(group, lost);
  repeat(rounds, [&](auto i) { histogram.observe(std::chrono::nanoseconds(values[i % 1024])); });
}
