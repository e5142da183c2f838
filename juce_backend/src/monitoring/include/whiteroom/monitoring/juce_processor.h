/// Measures a juce::AudioProcessor, in an application or as a plug-in in somebody else's host.
/// Names nothing of JUCE itself, so that it fits every version: what it needs is the processor's
/// getSampleRate(), getBlockSize(), isNonRealtime() and the buffer's getNumSamples().
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "generated/plugin.h"
#include "host_callback.h"
#include "plugin_process.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// What one processor records. Two lines, a member and the first statement of processBlock():
///
///     whiteroom::monitoring::ProcessorMetrics metrics{"Reverb"};
///     const auto block = metrics.block(*this, buffer);
///
/// and, where there is a processBlockBypassed(), the first of that:
///
///     metrics.bypassed(buffer);
///
/// A host hands a callback over in parts, renders ahead and on several threads. So a processor
/// knows its cost and its share of real time, and has no dropouts: only the owner of the device's
/// callback knows of those. Blocks of an offline rendering and bypassed ones are counted and not
/// measured.
class ProcessorMetrics {
 public:
  /// `name` is the value of the label `plugin`; instances of one name are numbered. May block and
  /// allocate.
  explicit ProcessorMetrics(std::string name)
      : name_(std::move(name)),
        number_(process_->take_number(name_)),
        load_(process_->cells().plugin_load_ratio.with(name_, PluginProcess::text_of(number_))),
        render_(process_->cells().plugin_render_seconds_total.with(
            name_, PluginProcess::text_of(number_))),
        blocks_(process_->cells().plugin_blocks_total.with(name_)) {}
  ~ProcessorMetrics() { process_->give_back_number(name_, number_); }
  ProcessorMetrics(const ProcessorMetrics&) = delete;
  ProcessorMetrics& operator=(const ProcessorMetrics&) = delete;

  /// Records from its making to the end of the scope. Wait-free.
  class Block {
   public:
    /// `frames` is 0 for a block that is not measured.
    Block(ProcessorMetrics& metrics, std::uint32_t frames) noexcept
        : metrics_(metrics), frames_(frames) {
      if (kRecording && frames > 0) metrics_.begins();
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() {
      if (kRecording && frames_ > 0) metrics_.ends(frames_);
    }

   private:
    ProcessorMetrics& metrics_;
    std::uint32_t frames_;
  };

  /// A block is to be processed. Wait-free; whichever thread the host processes the block on.
  template <class Processor, class Buffer>
  [[nodiscard]] Block block(const Processor& processor, const Buffer& buffer) noexcept {
    const int frames = buffer.getNumSamples();
    if (frames <= 0) return {*this, 0};
    if (processor.isNonRealtime() || !(processor.getSampleRate() > 0)) {
      blocks_[plugin::Mode::offline].increment();
      sample_rate_ = 0;  // what comes next begins afresh
      return {*this, 0};
    }
    follow(processor.getSampleRate(), processor.getBlockSize());
    blocks_[plugin::Mode::realtime].increment();
    return {*this, static_cast<std::uint32_t>(frames)};
  }

  /// A block passes through a bypassed processor. Wait-free.
  template <class Buffer>
  void bypassed(const Buffer& buffer) noexcept {
    if (buffer.getNumSamples() > 0) blocks_[plugin::Mode::bypassed].increment();
  }

  /// The value of the label `number`.
  std::uint32_t number() const noexcept { return number_; }
  /// Whether readers see what is recorded, and if not, why.
  const Preparation& preparation() const noexcept { return process_->preparation(); }
  /// How many observations of all processors of this product could not be recorded. Wait-free.
  std::uint64_t observations_lost() const noexcept { return process_->observations_lost(); }

 private:
  void follow(double sample_rate, int longest_block) noexcept {
    if (sample_rate == sample_rate_ && longest_block == longest_block_) return;
    sample_rate_ = sample_rate;
    longest_block_ = longest_block;
    callback_.prepare(sample_rate, static_cast<std::uint32_t>(std::max(longest_block, 0)));
  }
  static std::chrono::nanoseconds now() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
  void begins() noexcept {
    begin_ = now();
    record(callback_.begins(begin_));
  }
  void ends(std::uint32_t frames) noexcept {
    const std::chrono::nanoseconds end = now();
    render_.add(end - begin_);
    record(callback_.ends(end, frames));
  }
  void record(const HostCallback::Cost& cost) const noexcept {
    if (!cost) return;
    load_.observe(static_cast<double>(cost->render.count()) /
                  static_cast<double>(cost->sound.count()));
  }

  std::shared_ptr<PluginProcess> process_ = PluginProcess::shared();
  std::string name_;
  std::uint32_t number_;
  decltype(std::declval<plugin::Shared>().plugin_load_ratio.with("", "")) load_;
  decltype(std::declval<plugin::Shared>().plugin_render_seconds_total.with("", "")) render_;
  decltype(std::declval<plugin::Shared>().plugin_blocks_total.with("")) blocks_;
  HostCallback callback_;
  std::chrono::nanoseconds begin_{};
  double sample_rate_ = 0;
  int longest_block_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
