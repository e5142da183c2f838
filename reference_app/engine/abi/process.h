/// What a process has once behind the C ABI: its metrics, and its engine.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "abi/sch_engine.h"
#include "faults.h"
#include "session.h"
#include "whiteroom/monitoring/generated/ffi.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::engine::abi {

/// Made by the first call and ended when the process ends, in order: its segment is then closed.
class Process {
 public:
  /// Return the process' own; null once it has ended. Wait-free after the first call.
  static Process* get() noexcept {
    // Acquire: who sees it sees what it was made with.
    Process* const known = made_.load(std::memory_order_acquire);
    return known != nullptr ? known : make({});
  }
  /// Let the metrics be in this folder; empty: the default. Return false when they are in another.
  static bool use_folder(const std::string& folder);
  /// Let the events of the log be appended to this file. Throws PreparationError.
  static void use_event_log(const std::string& path);

  /// Make the engine and name its handle. Throws what Session throws.
  std::int32_t create(SessionOptions options, sch_engine*& handle);
  /// End the engine, after the calls under way.
  std::int32_t destroy(sch_engine* handle);

  /// Keeps the engine from being ended while a call is under way.
  class Lease {
   public:
    Lease(Process& process, sch_engine* handle) noexcept;
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    /// Null when the handle is not that of the present engine.
    Session* session() const noexcept { return session_; }

   private:
    Process& process_;
    Session* session_;
  };

  const monitoring::ffi::Shared& metrics() const noexcept { return metrics_; }
  const monitoring::ffi::Events& events() const noexcept { return events_; }
  Faults& faults() noexcept { return faults_; }

 private:
  explicit Process(const std::string& folder);
  ~Process();
  static Process* make(const std::string& folder) noexcept;
  static void end() noexcept;

  static std::atomic<Process*> made_;

  monitoring::Segment segment_;
  monitoring::ffi::Shared metrics_;
  monitoring::ffi::Events events_;
  Faults faults_;
  std::mutex making_;
  std::unique_ptr<Session> owned_;
  std::uintptr_t engines_ = 0;  ///< made so far; the handle of one is its number
  std::atomic<Session*> session_{nullptr};
  std::atomic<std::uintptr_t> handle_{0};
  std::atomic<std::uint32_t> callers_{0};
};

}  // namespace whiteroom::engine::abi
