#include "engine.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "dsp/denormals.h"

namespace whiteroom::engine {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::vector<monitoring::ChannelNames> names_of(mixer::Mixer& mixer) {
  std::vector<monitoring::ChannelNames> names;
  for (const mixer::Channel& channel : mixer.channels()) {
    names.push_back(
        {channel.name(), {std::string(channel.instrument()), std::string(channel.effect())}});
  }
  return names;
}

double seconds_of(std::chrono::nanoseconds time) noexcept {
  return std::chrono::duration<double>(time).count();
}

/// Add to a number that only this thread changes.
template <class Number>
void add(std::atomic<Number>& number, Number amount) noexcept {
  number.store(number.load(relaxed) + amount, relaxed);
}

}  // namespace

Engine::Engine(monitoring::Segment& segment, Faults& faults)
    : segment_(segment),
      metrics_(segment, {}),
      events_log_(segment),
      no_plugin_(segment.log_text("no plug-in")),
      first_dropout_id_(std::uint64_t{std::random_device()()} << 32),
      faults_(faults) {}

Engine::~Engine() {
  delete current_;
  delete next_.load(relaxed);  // no thread is left
  delete retired_.load(relaxed);
}

std::unique_ptr<LoadedSong> Engine::load(song::Song song, double sample_rate) const {
  mixer::Mixer mixer(song, sample_rate);
  monitoring::PluginSlots slots = metrics_.plugin_slots(names_of(mixer));
  const monitoring::LogText name = segment_.log_text(song.name);
  std::vector<monitoring::LogText> plugins;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    plugins.push_back(segment_.log_text(slots.name(i)));
  }
  const std::uint32_t second = song.performances.size() > 1 ? 1 : 0;
  return std::make_unique<LoadedSong>(LoadedSong{
      std::move(song), std::move(mixer), std::move(slots), name, std::move(plugins), 0, second});
}

void Engine::play(std::unique_ptr<LoadedSong> song) noexcept {
  // Acquire: the callback is done with what it has retired.
  delete retired_.exchange(nullptr, std::memory_order_acquire);
  if (song == nullptr) return;
  // Release: the callback sees the song that it takes. Acquire: so do we the one not taken.
  delete next_.exchange(song.release(), std::memory_order_acq_rel);
}

void Engine::thread_begins(bool realtime) noexcept {
  realtime_.store(realtime, relaxed);
  metrics_.set_realtime_scheduling(realtime);
}

void Engine::stream_changed(const driver::Stream& stream) noexcept {
  const bool changed = sample_rate_.exchange(stream.sample_rate, relaxed) != stream.sample_rate ||
                       buffer_frames_.load(relaxed) != stream.buffer_frames;
  buffer_frames_.store(stream.buffer_frames, relaxed);
  metrics_.set_device_buffers(stream.device_buffers);
  metrics_.set_stream(stream.sample_rate, stream.buffer_frames);
  if (!changed) return;
  events_log_.device_changed(stream.sample_rate, stream.buffer_frames, stream.device_buffers);
}

void Engine::render(std::span<float> left, std::span<float> right, driver::Due due) noexcept {
  const Clock::time_point begin = Clock::now();
  {
    const dsp::FlushDenormals flush;
    take_next_song();
    obey_commands();
    faults_.stand_still();
    if (current_ != nullptr) {
      current_->mixer.render(
          left, right, {.playing = playing_.load(relaxed), .tempo_bpm = tempo_bpm_.load(relaxed)},
          this);
    } else {
      std::fill(left.begin(), left.end(), 0.0F);
      std::fill(right.begin(), right.end(), 0.0F);
    }
    show(left, right);
  }
  const Clock::time_point end = Clock::now();
  const auto frames = static_cast<std::uint32_t>(left.size());
  const double rate = sample_rate_.load(relaxed);
  const std::chrono::duration<double> buffer(rate > 0 ? frames / rate : 0);
  const auto length = std::chrono::duration_cast<Clock::duration>(buffer);
  const auto preempted = preemption_.rendered(end - begin, length, monitoring::thread_usage);
  const auto miss =
      metrics_.callback_rendered(begin, end, frames, {.due = due, .preempted = preempted});
  log_over_budget(begin, end - begin, preempted, length);
  count(miss, begin, end - begin);
}

/// The one before is given back; while the last one given back is not yet freed, the next waits.
void Engine::take_next_song() noexcept {
  if (next_.load(relaxed) == nullptr || retired_.load(relaxed) != nullptr) return;
  // Acquire: whoever made the song is done with it.
  LoadedSong* const next = next_.exchange(nullptr, std::memory_order_acquire);
  if (next == nullptr) return;
  metrics_.use(next->plugin_slots);
  // Release: whoever frees it finds us done with it.
  retired_.store(std::exchange(current_, next), std::memory_order_release);
  const std::size_t channels = next->mixer.channels().size();
  channels_.store(static_cast<std::uint32_t>(channels), relaxed);
  events_log_.song_loaded(next->name, static_cast<std::int64_t>(channels));
  blend(next->first, next->second, next->blend);
}

void Engine::obey_commands() noexcept {
  Command command;
  // As many as there are places, so that a thread that never stops pushing can't hold the sound up.
  for (std::size_t i = 0; i < kCommands && commands_.pop(command); ++i) obey(command);
}

void Engine::obey(const Command& command) noexcept {
  const sch_command& asked = command.asked;
  if (asked.kind == SCH_COMMAND_PLAY || asked.kind == SCH_COMMAND_STOP) {
    return set_playing(asked.kind == SCH_COMMAND_PLAY);
  }
  if (asked.kind == SCH_COMMAND_TEMPO) return set_tempo(asked.value);
  if (current_ == nullptr) return;
  mixer::Mixer& mixer = current_->mixer;
  if (asked.kind == SCH_COMMAND_POSITION) return mixer.seek(asked.value);
  if (asked.kind == SCH_COMMAND_BLEND) return blend(command.first, command.second, asked.value);
  if (asked.kind == SCH_COMMAND_ALL_NOTES_OFF) {
    for (mixer::Channel& channel : mixer.channels()) channel.all_notes_off();
    return;
  }
  // The song may be another than the one that the command was meant for.
  if (asked.channel >= mixer.channels().size()) return;
  mixer::Channel& channel = mixer.channels()[asked.channel];
  const auto pitch = static_cast<float>(asked.pitch);
  if (asked.kind == SCH_COMMAND_NOTE_ON) channel.note_on(pitch, static_cast<float>(asked.value));
  if (asked.kind == SCH_COMMAND_NOTE_OFF) channel.note_off(pitch);
}

void Engine::blend(std::uint32_t first, std::uint32_t second, double share) noexcept {
  current_->mixer.blend(first, second, share);
  first_.store(first, relaxed);
  second_.store(second, relaxed);
  blend_.store(share, relaxed);
}

/// Leave what a front end draws.
void Engine::show(std::span<const float> left, std::span<const float> right) noexcept {
  float peak = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    peak = std::max({peak, std::abs(left[i]), std::abs(right[i])});
  }
  waveform_[callbacks_.load(relaxed) % waveform_.size()].store(peak, relaxed);
  if (current_ == nullptr) return;
  std::uint32_t voices = 0;
  std::size_t place = 0;
  for (const mixer::Channel& channel : current_->mixer.channels()) {
    voices += channel.sounding_voices();
    channel_peaks_[place++].store(channel.peak(), relaxed);
  }
  voices_.store(voices, relaxed);
  position_beats_.store(current_->mixer.position_beats(), relaxed);
}

/// What took longest in the last callback, for the log.
monitoring::LogText Engine::most_expensive() const noexcept {
  const auto plugin = metrics_.most_expensive();
  const bool known = plugin && current_ != nullptr && plugin->plugin < current_->plugins.size();
  return known ? current_->plugins[plugin->plugin] : no_plugin_;
}

/// Log the first of several callbacks in a row that took too long by themselves.
void Engine::log_over_budget(Clock::time_point begin, std::chrono::nanoseconds took,
                             std::chrono::nanoseconds preempted, Clock::duration buffer) noexcept {
  const bool before = std::exchange(over_budget_, took - preempted > buffer);
  if (!over_budget_ || before) return;
  events_log_.plugin_over_budget(most_expensive(), seconds_of(took), seconds_of(buffer), begin);
}

void Engine::count(const std::optional<monitoring::Miss>& miss, Clock::time_point begin,
                   std::chrono::nanoseconds took) noexcept {
  add<std::uint64_t>(callbacks_, 1);
  // take_longest_render() writes, too: one value may be lost.
  longest_render_ns_.store(std::max<std::int64_t>(longest_render_ns_.load(relaxed), took.count()),
                           relaxed);
  if (!miss) return;
  add<std::int64_t>(lost_ns_, (miss->lost + miss->rest).count());
  if (!miss->begins) return;
  add<std::uint64_t>(dropouts_, 1);
  events_log_.dropout_began(first_dropout_id_ | (dropouts_.load(relaxed) & UINT32_MAX), miss->cause,
                            seconds_of(miss->lost), seconds_of(took), most_expensive(), begin);
  const auto plugin = metrics_.most_expensive();
  const auto cause = monitoring::audio::kCauseValues[static_cast<std::size_t>(miss->cause)];
  post(SCH_EVENT_DROPOUT, seconds_of(miss->lost), cause,
       plugin && current_ != nullptr ? current_->plugin_slots.name(plugin->plugin)
                                     : std::string_view{});
}

void Engine::xrun(std::chrono::nanoseconds delay) noexcept {
  metrics_.report_xrun(delay);
  xruns_.fetch_add(1, relaxed);
  post(SCH_EVENT_XRUN, std::chrono::duration<double>(delay).count(), {});
}

void Engine::freewheel(bool begins) noexcept {
  using monitoring::CallbackMode;
  metrics_.set_mode(begins ? CallbackMode::offline : CallbackMode::realtime);
}

void Engine::set_playing(bool playing) noexcept {
  if (playing_.exchange(playing, relaxed) != playing) post(SCH_EVENT_TRANSPORT, playing, {});
}

void Engine::post(sch_event_kind kind, double value, std::string_view text,
                  std::string_view more) noexcept {
  sch_event event{};
  event.kind = kind;
  event.time_ns =
      static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  event.value = value;
  constexpr std::size_t kRoom = sizeof event.text - 1;
  std::size_t length = text.copy(event.text, kRoom);
  if (!more.empty() && length < kRoom) event.text[length++] = ' ';
  more.copy(event.text + length, kRoom - length);
  events_.push(event);
}

Snapshot Engine::snapshot() const noexcept {
  return {.stream = {sample_rate_.load(relaxed), buffer_frames_.load(relaxed)},
          .realtime = realtime_.load(relaxed),
          .playing = playing_.load(relaxed),
          .tempo_bpm = tempo_bpm_.load(relaxed),
          .position_beats = position_beats_.load(relaxed),
          .callbacks = callbacks_.load(relaxed),
          .xruns = xruns_.load(relaxed),
          .dropouts = dropouts_.load(relaxed),
          .lost = std::chrono::nanoseconds(lost_ns_.load(relaxed))};
}

void Engine::describe(sch_performance_state& state) const noexcept {
  state.playing = playing_.load(relaxed);
  state.tempo_bpm = tempo_bpm_.load(relaxed);
  state.position_beats = position_beats_.load(relaxed);
  state.blend = blend();
  state.voices = voices_.load(relaxed);
  state.channel_count = channels_.load(relaxed);
  for (std::uint32_t i = 0; i < state.channel_count; ++i) {
    state.channel_peaks[i] = channel_peaks_[i].load(relaxed);
  }
  const std::uint64_t callbacks = callbacks_.load(relaxed);
  state.waveform_points =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(callbacks, waveform_.size()));
  const std::uint64_t oldest = callbacks - state.waveform_points;
  for (std::uint32_t i = 0; i < state.waveform_points; ++i) {
    state.waveform[i] = waveform_[(oldest + i) % waveform_.size()].load(relaxed);
  }
}

std::chrono::nanoseconds Engine::take_longest_render() noexcept {
  return std::chrono::nanoseconds(longest_render_ns_.exchange(0, relaxed));
}

void Engine::enter_plugin(std::size_t plugin) noexcept {
  if (plugin % mixer::kPluginsOfChannel == 0) faults_.burn(plugin / mixer::kPluginsOfChannel);
}

void Engine::leave_plugin(std::size_t plugin, std::chrono::nanoseconds took) noexcept {
  metrics_.plugin_rendered(plugin, took);
}

}  // namespace whiteroom::engine
