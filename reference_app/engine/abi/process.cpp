#include "abi/process.h"

#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "log.h"
#include "whiteroom/monitoring/generated/audio.h"

namespace whiteroom::engine::abi {
namespace {

constexpr const char* kProgram = "juce-backend";

std::mutex making;
bool ended = false;

monitoring::Segment& prepared(monitoring::Segment& segment) {
  segment.declare(monitoring::audio::families());
  segment.declare(monitoring::ffi::families());
  segment.declare(monitoring::audio::events());
  segment.declare(monitoring::ffi::events());
  const monitoring::Preparation& done = segment.prepare();
  if (!done.shared) log(Level::warning, "metrics in private memory", {{"reason", done.problem}});
  if (!done.locked) log(Level::warning, "metrics not locked in memory");
  return segment;
}

std::uintptr_t number_of(sch_engine* handle) noexcept {
  return reinterpret_cast<std::uintptr_t>(handle);
}

}  // namespace

std::atomic<Process*> Process::made_{nullptr};

Process::Process(const std::string& folder)
    : segment_({.program = kProgram, .directory = folder}),
      metrics_(prepared(segment_)),
      events_(segment_) {}

Process::~Process() { drain_events(segment_); }

Process* Process::make(const std::string& folder) noexcept {
  const std::lock_guard lock(making);
  Process* known = made_.load(std::memory_order_relaxed);  // the lock orders it
  if (known != nullptr || ended) return known;
  try {
    known = new Process(folder);
  } catch (const std::exception& problem) {
    log(Level::error, problem.what());
    return nullptr;
  }
  static const pid_t owner = getpid();
  // A child that was forked off has no threads to end, and its segment is not this one.
  std::atexit([] {
    if (getpid() == owner) end();
  });
  // Release: who sees it sees what it was made with.
  made_.store(known, std::memory_order_release);
  return known;
}

bool Process::use_folder(const std::string& folder) {
  const Process* const process = made_.load(std::memory_order_acquire) != nullptr
                                     ? get()  // acquire: as in get()
                                     : make(folder);
  return process != nullptr && (folder.empty() || process->segment_.directory() == folder);
}

void Process::use_event_log(const std::string& path) {
  if (Process* const process = get()) process->segment_.set_log_file(path);
}

void Process::end() noexcept {
  const std::lock_guard lock(making);
  ended = true;
  Process* const last = made_.exchange(nullptr);
  if (last == nullptr) return;
  last->destroy(reinterpret_cast<sch_engine*>(last->handle_.load()));
  delete last;
}

std::int32_t Process::create(SessionOptions options, sch_engine*& handle) {
  const std::lock_guard lock(making_);
  if (owned_ != nullptr) return SCH_INVALID_STATE;
  auto made = std::make_unique<Session>(std::move(options), segment_, faults_);
  auto* const made_handle = reinterpret_cast<sch_engine*>(++engines_);
  made->serve(made_handle);
  owned_ = std::move(made);
  handle = made_handle;
  handle_.store(number_of(handle));
  session_.store(owned_.get());
  return SCH_OK;
}

std::int32_t Process::destroy(sch_engine* handle) {
  const std::lock_guard lock(making_);
  if (owned_ == nullptr || number_of(handle) != handle_.load()) return SCH_INVALID_ARGUMENT;
  if (owned_->on_event_thread()) return SCH_INVALID_STATE;
  // Sequentially consistent, as in Lease: either a caller sees that there is no session any more,
  // or we see the caller.
  session_.store(nullptr);
  while (callers_.load() != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  owned_.reset();
  handle_.store(0);
  return SCH_OK;
}

Process::Lease::Lease(Process& process, sch_engine* handle) noexcept : process_(process) {
  process_.callers_.fetch_add(1);
  Session* const session = process_.session_.load();
  session_ = number_of(handle) == process_.handle_.load() ? session : nullptr;
}

Process::Lease::~Lease() {
  // Release: whoever ends the session finds this call done with it.
  process_.callers_.fetch_sub(1, std::memory_order_release);
}

}  // namespace whiteroom::engine::abi
