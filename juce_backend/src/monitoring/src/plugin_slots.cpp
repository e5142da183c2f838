#include "whiteroom/monitoring/plugin_slots.h"

#include <algorithm>
#include <utility>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace detail {

SlotCells::SlotCells(Instance instance, std::vector<SlotPlugin> plugins,
                     std::uint64_t* lost) noexcept
    : instance_(std::move(instance)), plugins_(std::move(plugins)), lost_(lost) {}

SlotRound SlotCells::take_round() noexcept {
  const std::uint32_t rendered = rendered_.load(relaxed);
  SlotRound round{.rendered = rendered - std::exchange(rendered_before_, rendered)};
  const std::uint64_t mark = longest_.load(relaxed);
  if (mark == 0) return round;
  longest_.store(0, relaxed);
  round.longest = std::chrono::nanoseconds(static_cast<std::int64_t>(mark >> kPluginBits));
  round.plugin = static_cast<std::size_t>(kMostPlugins - (mark & kMostPlugins));
  return round;
}

void SlotCells::blame(std::size_t plugin) const noexcept {
  if (plugins_[plugin].in_channel) plugins_[plugin].missed.increment();
}

std::string_view SlotCells::name(std::size_t plugin) const noexcept {
  return plugin < plugins_.size() ? std::string_view(plugins_[plugin].name) : std::string_view{};
}

std::shared_ptr<SlotCells> SlotPool::add(std::shared_ptr<SlotCells> slots) {
  const std::lock_guard lock(mutex_);
  return all_.emplace_back(std::move(slots));
}

void SlotPool::sweep() noexcept {
  const std::lock_guard lock(mutex_);
  // Acquire: the callback is done with what it does not use.
  std::erase_if(all_, [](const std::shared_ptr<SlotCells>& slots) {
    return slots.use_count() == 1 && !slots->in_use.load(std::memory_order_acquire);
  });
}

namespace {

std::vector<SlotPlugin> plugins_of(const Instance& instance, std::uint64_t* lost,
                                   Span<const ChannelNames> channels) {
  const auto series = [&](const FamilySpec& family, auto... values) {
    return instance.series(family, std::array<std::string_view, sizeof...(values)>{values...});
  };
  std::vector<SlotPlugin> made;
  for (const auto& [channel, plugins] : channels) {
    const DurationCounter<Writers::one> whole(
        series(audio::kAudioChannelRenderSecondsTotal, channel), lost);
    if (plugins.empty()) made.push_back({channel, whole, {}, {}, false});
    for (const std::string& plugin : plugins) {
      made.push_back({channel + "/" + plugin,
                      whole,
                      {series(audio::kAudioPluginRenderSecondsTotal, channel, plugin), lost},
                      {series(audio::kAudioPluginDeadlinesMissedTotal, channel, plugin), lost},
                      true});
    }
  }
  return made;
}

}  // namespace
}  // namespace detail

PluginSlots::PluginSlots(std::shared_ptr<detail::SlotPool> pool, const audio::Realtime& metrics,
                         std::uint64_t* lost, Span<const ChannelNames> channels)
    : pool_(std::move(pool)) {
  pool_->sweep();
  Instance instance = metrics.instance.sibling({&audio::kAudioChannelRenderSecondsTotal,
                                                &audio::kAudioPluginRenderSecondsTotal,
                                                &audio::kAudioPluginDeadlinesMissedTotal});
  auto plugins = detail::plugins_of(instance, lost, channels);
  cells_ = pool_->add(
      std::make_shared<detail::SlotCells>(std::move(instance), std::move(plugins), lost));
}

PluginSlots& PluginSlots::operator=(PluginSlots&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(cells_, other.cells_);
  return *this;
}

PluginSlots::~PluginSlots() {
  cells_.reset();
  if (pool_ != nullptr) pool_->sweep();
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
