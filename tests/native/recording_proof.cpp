/// Proves what recording never does: allocate, lock, throw, call the system, or fault a page in.
///
/// Each body runs in a child: under an allocator and locks that end it, under a seccomp filter that
/// kills it for any system call, and with its page faults counted. It must leave a mark when done.
/// The last test cases break each promise on purpose, to see that the watch would tell.
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <cstddef>
#include <functional>
#include <mutex>

#include "fixture.h"
#include "whiteroom/monitoring/audio_metrics.h"
#include "whiteroom/monitoring/ffi_metrics.h"

namespace {

/// Set while a thread may neither allocate nor lock.
thread_local bool watched = false;
/// Exit statuses of a child that has done what it may not.
constexpr int kAllocates = 41;
constexpr int kLocks = 42;

void forbid(int status) {
  if (watched) syscall(SYS_exit_group, status);
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

// What the linker takes instead of the C library's; the library's own names lead back to it.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t bytes) {
  forbid(kAllocates);
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  forbid(kAllocates);
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  forbid(kAllocates);
  return __libc_realloc(memory, bytes);
}
void free(void* memory) {
  forbid(kAllocates);
  __libc_free(memory);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
  forbid(kLocks);
  static auto* const real = next<int(pthread_mutex_t*)>("pthread_mutex_lock");
  return real(mutex);
}
int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  forbid(kLocks);
  static auto* const real = next<int(pthread_rwlock_t*)>("pthread_rwlock_rdlock");
  return real(lock);
}
}

namespace {

using namespace whiteroom::monitoring;
using namespace whiteroom::monitoring::testing;

constexpr long kOperations = 10'000'000;

/// What the parent learns of a child.
struct Mark {
  bool done;
  long page_faults;
};

/// Kill this process for every system call but those by which it ends and counts its faults.
void forbid_system_calls() {
  static sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrusage, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) std::abort();
}

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_minflt + usage.ru_majflt;
}

/// A segment with the tests' families and those of an audio engine.
struct PreparedSegment {
  explicit PreparedSegment(const std::string& folder)
      : segment({.program = "test", .directory = folder}) {
    segment.declare(kFamilies);
    segment.declare(audio::families());
    segment.declare(ffi::families());
    segment.declare(audio::events());
    segment.prepare();
  }
  Segment segment;
};

/// Everything that can be recorded, prepared.
struct Recorder : PreparedSegment {
  using PreparedSegment::PreparedSegment;

  Instance instance = segment.instance(kFamilies);
  std::vector<std::string> channels{"bass", "lead"};
  AudioMetrics audio{segment, channels};
  PluginSlots slots =
      audio.plugin_slots(std::array<ChannelNames, 2>{{{"bass", {"synth", "delay"}}, {"bus"}}});
  PluginSlots more_slots = audio.plugin_slots(std::array<ChannelNames, 1>{{{"bus", {"reverb"}}}});
  ffi::Shared ffi{segment};
  audio::Events log{segment};
  LogText text = segment.log_text("synth");
  Counter<Writers::many> events{segment.cells(kEvents), segment.lost()};
  Counter<Writers::many> tool{segment.series(kByTool, std::array<std::string_view, 1>{"pen"}),
                              segment.lost()};
  Gauge<Writers::many> level{segment.cells(kLevel), segment.lost()};
  UpDownCounter<Writers::many> steps{segment.cells(kLevel), segment.lost()};
  Histogram<Writers::many, Seconds, kCellBounds> duration{segment.cells(kDuration), segment.lost()};
  Counter<Writers::one> callbacks{instance.cells(kCallbacks), segment.lost()};
};

using Body = std::function<void(Recorder&, long)>;

/// Run `body` in a watched child. Return how it ended and the mark that it has left.
std::pair<int, Mark> watch(const Body& body, long operations) {
  const SegmentFolder folder;
  auto* const mark = static_cast<Mark*>(
      mmap(nullptr, sizeof(Mark), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  *mark = {};
  const pid_t child = fork();
  if (child == 0) {
    Recorder recorder(folder.path);
    // Code and stack are faulted in by a first round; the metrics' own pages are by prepare().
    body(recorder, 1);
    forbid_system_calls();
    watched = true;
    const long before = page_faults();
    body(recorder, operations);
    watched = false;
    mark->page_faults = page_faults() - before;
    mark->done = true;
    syscall(SYS_exit_group, 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const Mark left = *mark;
  munmap(mark, sizeof(Mark));
  return {status, left};
}

void check_clean(const Body& body) {
  const auto [status, mark] = watch(body, kOperations);
  CHECK(status == 0);
  CHECK(mark.done);
  CHECK(mark.page_faults == 0);
}

}  // namespace

TEST_CASE("counters, gauges and histograms never allocate, lock, call the system or fault") {
  check_clean([](Recorder& r, long operations) {
    for (long i = 0; i < operations; ++i) {
      r.events.increment();
      r.tool.increment(2);
      r.callbacks.increment();
      r.level.set(static_cast<double>(i));
      r.steps.add(i % 3 - 1);
      r.duration.observe(std::chrono::nanoseconds(i % 20'000'000));
    }
  });
}

TEST_CASE("a render callback's metrics never allocate, lock, call the system or fault") {
  check_clean([](Recorder& r, long operations) {
    AudioMetrics::Clock::time_point now = AudioMetrics::Clock::now();
    for (long i = 0; i < operations; ++i) {
      const auto end = now + std::chrono::microseconds(i % 7000);
      r.audio.use(r.slots);
      r.audio.plugin_rendered(static_cast<std::size_t>(i % 3), end - now);
      if (i % 1000 == 0) r.audio.report_xrun(std::chrono::microseconds(30));
      r.audio.callback_rendered(now, end, 256);
      now = end;
    }
    r.audio.set_stream(44100, 512);
    r.audio.set_realtime_scheduling(true);
    r.audio.set_memory(1);
  });
}

TEST_CASE("plug-ins of several slots never allocate, lock, call the system or fault") {
  check_clean([](Recorder& r, long operations) {
    const std::array<const PluginSlots*, 2> both{&r.slots, &r.more_slots};
    const AudioMetrics::Clock::time_point now = AudioMetrics::Clock::now();
    for (long i = 0; i < operations; ++i) {
      if (i % 100 == 0) r.audio.use(both);
      const std::chrono::nanoseconds took(i % 7'000'000);
      r.slots.plugin_rendered(static_cast<std::size_t>(i % 3), took);
      r.more_slots.plugin_rendered(0, took + std::chrono::nanoseconds(1));
      r.audio.callback_rendered(now, now + took, 256);
      if (r.audio.most_expensive() != PluginPlace{1, 0}) return;
    }
    r.audio.use(r.slots);
  });
}

TEST_CASE("a call over the C ABI is recorded without allocating, locking or calling the system") {
  check_clean([](Recorder& r, long operations) {
    for (long i = 0; i < operations / 10; ++i) {
      const FfiCall call(r.ffi, ffi::Function::sch_engine_set_tempo);
      static_cast<void>(call.ended(static_cast<std::int32_t>(i % 12)));
    }
  });
}

TEST_CASE("what can't be recorded is counted without allocating, locking or calling the system") {
  check_clean([](Recorder& r, long operations) {
    const DurationCounter<Writers::many> time(r.segment.cells(kEvents), r.segment.lost());
    const Histogram<Writers::many, Ratio, kCellBounds> ratio(r.segment.cells(kDuration),
                                                             r.segment.lost());
    const LabeledBy<Counter<Writers::many>, 1, ffi::Function> labeled;
    for (long i = 0; i < operations; ++i) {
      Counter<Writers::many>().increment();
      labeled[static_cast<ffi::Function>(255)].increment();
      r.audio.channel_rendered(7, std::chrono::nanoseconds(1));
      time.add(std::chrono::nanoseconds(-1));
      ratio.observe(std::numeric_limits<double>::quiet_NaN());
    }
  });
}

TEST_CASE("an event of the log never allocates, locks, calls the system or faults") {
  check_clean([](Recorder& r, long operations) {
    // Most of them find the ring full: nobody drains it.
    for (long i = 0; i < operations; ++i) {
      r.log.dropout_began(static_cast<std::uint64_t>(i), audio::Cause::over_budget, 0.001, 0.02,
                          r.text);
      if (i % 700 == 0) {
        // What a drain gives back.
        const wrm_log log = r.segment.log_cells();
        __atomic_store_n(&log.ring[WRM_LOG_DRAINED], log.ring[WRM_LOG_NEXT], __ATOMIC_RELEASE);
      }
    }
  });
}

TEST_CASE("to drain the log is no work for an audio thread, and would be noticed") {
  const auto [status, mark] = watch(
      [](Recorder& r, long) {
        r.log.song_loaded(r.text, 1);
        r.segment.drain_log([](std::string_view) { return true; });
      },
      1);
  CHECK((WEXITSTATUS(status) == kAllocates || WEXITSTATUS(status) == kLocks));
  CHECK_FALSE(mark.done);
}

TEST_CASE("an allocation would be noticed") {
  const auto [status, mark] = watch(
      [](Recorder&, long) {
        std::string text(1000, 'x');
        asm volatile("" : : "r"(text.data()) : "memory");
      },
      1);
  CHECK(WEXITSTATUS(status) == kAllocates);
  CHECK_FALSE(mark.done);
}

TEST_CASE("a lock would be noticed") {
  const auto [status, mark] = watch(
      [](Recorder&, long) {
        static std::mutex mutex;
        const std::lock_guard lock(mutex);
      },
      1);
  CHECK(WEXITSTATUS(status) == kLocks);
  CHECK_FALSE(mark.done);
}

TEST_CASE("an exception would be noticed") {
  const auto [status, mark] = watch(
      [](Recorder&, long) {
        try {
          throw 1;
        } catch (int) {
        }
      },
      1);
  CHECK(WEXITSTATUS(status) == kAllocates);
  CHECK_FALSE(mark.done);
}

TEST_CASE("a system call would be noticed") {
  const auto [status, mark] = watch([](Recorder&, long) { syscall(SYS_getpid); }, 1);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSYS);
  CHECK_FALSE(mark.done);
}

TEST_CASE("a page that is not there yet would be noticed") {
  constexpr std::size_t kPage = 4096;
  auto* const pages = static_cast<char*>(
      mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  std::size_t page = 0;
  // The first round takes the first page, the watched one the second.
  const auto [status, mark] = watch([&](Recorder&, long) { pages[kPage * page++] = 1; }, 1);
  munmap(pages, 2 * kPage);
  CHECK(status == 0);
  CHECK(mark.page_faults == 1);
}
