#include "segment_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

constexpr std::string_view kSuffix = ".seg";
constexpr std::string_view kBaseSuffix = ".base.seg";
constexpr std::string_view kBuildingSuffix = ".new";
constexpr time_t kAbandonedAfterSeconds = 60;

bool in_memory(const std::string& directory) {
#ifdef __linux__
  struct statfs system{};
  if (statfs(directory.c_str(), &system) != 0) return false;
  const auto type = static_cast<unsigned long>(system.f_type);
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
#else
  (void)directory;
  return false;
#endif
}

/// A descriptor that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int file) noexcept : file_(file) {}
  ~OpenFile() {
    if (file_ >= 0) close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const noexcept { return file_; }

 private:
  int file_;
};

[[noreturn]] void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

enum class Holder { nobody, somebody, no_segment };

/// Return who holds the lock of a file. Throws std::system_error when that can't be said.
Holder holder_of(const std::string& path) {
  // Neither a link nor a FIFO that somebody has put there is followed, or waited for.
  const OpenFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ELOOP || errno == ENXIO) return Holder::no_segment;
    fail(errno, path);
  }
  struct stat facts{};
  if (fstat(file.get(), &facts) != 0) fail(errno, path);
  if (!S_ISREG(facts.st_mode)) return Holder::no_segment;
  while (flock(file.get(), LOCK_SH | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Holder::somebody;
    if (errno != EINTR) fail(errno, path);
  }
  return Holder::nobody;
}

/// Remove a file that its maker did not live to finish.
void remove_if_abandoned(const std::string& path) {
  struct stat facts{};
  if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return;
  if (time(nullptr) - facts.st_mtime <= kAbandonedAfterSeconds) return;
  if (holder_of(path) == Holder::nobody) unlink(path.c_str());
}

/// Open a folder whose segments may be read; null when there is none.
DIR* open_folder(const std::string& directory) {
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0 && errno == ENOENT) return nullptr;
  if (file < 0) fail(errno, directory);
  struct stat facts{};
  int error = fstat(file, &facts) != 0 ? errno : 0;
  // Whoever owns it may put anything there.
  if (error == 0 && facts.st_uid != geteuid()) error = EPERM;
  DIR* const folder = error == 0 ? fdopendir(file) : nullptr;
  if (folder != nullptr) return folder;
  if (error == 0) error = errno;
  close(file);
  fail(error,
       error == EPERM ? directory + " belongs to user " + std::to_string(facts.st_uid) : directory);
}

}  // namespace

std::string prepare_segment_directory(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return directory + ": " + std::strerror(errno);
  }
  struct stat facts{};
  if (lstat(directory.c_str(), &facts) != 0) return directory + ": " + std::strerror(errno);
  if (!S_ISDIR(facts.st_mode)) return directory + ": is no folder";
  if (facts.st_uid != geteuid()) {
    return directory + ": belongs to user " + std::to_string(facts.st_uid) + ", not to this one";
  }
  if ((facts.st_mode & 077) != 0) return directory + ": is open to other users; expected mode 0700";
  if (!in_memory(directory)) return directory + ": is not on a memory file system (tmpfs)";
  return {};
}

bool is_short_of_room(const std::string& directory) noexcept {
  constexpr std::uint64_t kLeastShare = 8;
  struct statvfs system{};
  if (statvfs(directory.c_str(), &system) != 0) return false;
  return system.f_bavail < system.f_blocks / kLeastShare;
}

std::vector<SegmentFile> list_segments(const std::string& directory, std::string_view program) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(open_folder(directory), closedir);
  if (folder == nullptr) return {};
  std::vector<SegmentFile> files;
  while (const dirent* entry = readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    const std::string_view owner = name.substr(0, name.find('.'));
    if (owner.empty() || (!program.empty() && owner != program)) continue;
    SegmentFile file{directory + "/" + std::string(name), std::string(owner)};
    if (name.ends_with(kBuildingSuffix)) remove_if_abandoned(file.path);
    if (!name.ends_with(kSuffix)) continue;
    file.base = name == std::string(owner) + std::string(kBaseSuffix);
    const Holder holder = holder_of(file.path);
    if (holder == Holder::no_segment) continue;
    file.alive = !file.base && holder == Holder::somebody;
    files.push_back(std::move(file));
  }
  std::sort(files.begin(), files.end(), [](auto& a, auto& b) { return a.path < b.path; });
  return files;
}

std::string base_path(const std::string& directory, std::string_view program) {
  return directory + "/" + std::string(program) + std::string(kBaseSuffix);
}

ProgramLock::ProgramLock(const std::string& directory, std::string_view program, Mode mode) {
  open_file(directory, program);
  if (file_ >= 0 && !lock(mode == Mode::shared ? LOCK_SH : LOCK_EX)) give_up();
}

ProgramLock::ProgramLock(const std::string& directory, std::string_view program, Mode mode,
                         std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kBetweenAttempts{1};
  const int operation = (mode == Mode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  const auto end = std::chrono::steady_clock::now() + patience;
  open_file(directory, program);
  while (file_ >= 0 && !lock(operation)) {
    if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > end) {
      give_up();
      return;
    }
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

void ProgramLock::open_file(const std::string& directory, std::string_view program) {
  if (directory.empty()) return;  // private memory: no other process has segments of it
  const std::string path = directory + "/" + std::string(program) + ".lock";
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  const int error = file_ < 0 ? errno : 0;
  // Without the lock a reader may see a segment twice or not at all.
  if (error == EMFILE || error == ENFILE || error == ENOMEM) fail(error, path);
}

bool ProgramLock::lock(int operation) noexcept {
  while (flock(file_, operation) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

void ProgramLock::give_up() noexcept { close(std::exchange(file_, -1)); }

ProgramLock::~ProgramLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
