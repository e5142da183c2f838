/// The folder of segments: making it, listing it, and telling the living from the dead.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "whiteroom/monitoring/version.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// Make the folder, mode 0700. Return what is wrong with it, or an empty text: it must be ours, a
/// real folder, and on a memory file system (on a disk, a store to a page under write-back can
/// stall for hundreds of milliseconds).
std::string prepare_segment_directory(const std::string& directory);

/// Whether the folder's file system is nearly full, so that what the dead have left is in the way.
bool is_short_of_room(const std::string& directory) noexcept;

struct SegmentFile {
  std::string path;
  std::string program;
  bool base = false;   ///< what dead processes have left
  bool alive = false;  ///< its process holds the lock
};

/// Return the segments of `program` (of every program when it is empty), sorted by path. Files that
/// a killed process left half-made are removed; what is no regular file is no segment. A missing
/// folder has no segments, and neither has an empty path. Throws std::system_error when the folder
/// exists but can't be read or belongs to somebody else, and when it can't be said of a segment
/// whether its process lives: dead is only what could be opened and locked.
std::vector<SegmentFile> list_segments(const std::string& directory, std::string_view program);

/// Return the path of a program's base.
std::string base_path(const std::string& directory, std::string_view program);

/// Holds a program's lock: shared while reading its segments, exclusive while folding them, so that
/// no reader sees a dead segment twice or not at all.
class ProgramLock {
 public:
  enum class Mode { shared, exclusive };
  /// Waits. `held()` is false when the lock file can't be opened (a read-only or full system);
  /// throws std::system_error when this process may open no more files.
  ProgramLock(const std::string& directory, std::string_view program, Mode mode);
  /// Waits no longer than `patience`; `held()` says whether that was long enough.
  ProgramLock(const std::string& directory, std::string_view program, Mode mode,
              std::chrono::milliseconds patience);
  ~ProgramLock();
  ProgramLock(const ProgramLock&) = delete;
  ProgramLock& operator=(const ProgramLock&) = delete;
  bool held() const noexcept { return file_ >= 0; }

 private:
  void open_file(const std::string& directory, std::string_view program);
  bool lock(int operation) noexcept;
  void give_up() noexcept;

  int file_ = -1;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
