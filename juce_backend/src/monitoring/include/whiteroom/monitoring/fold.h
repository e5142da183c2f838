/// Reading a program's segments together, and folding the dead ones into its base.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "program_view.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Add what dead processes of `program` have left to its base, `<program>.base.seg`, and remove
/// their segments. Processes that did not close theirs are counted in
/// monitoring_processes_lost_total. A segment that can't be read is renamed to `*.damaged`.
/// A kill at any moment loses nothing and counts nothing twice: the base names the segments it
/// holds until their files are gone.
/// Returns how many were folded; 0 also when the lock or room for the new base can't be had, and
/// then the dead segments stay and are still read. May block; never throws.
std::size_t fold_program(const std::string& directory, std::string_view program) noexcept;

/// Let the series of a living segment that are marked with `departure` disappear from the program:
/// the base names the departure, and loses what it has of them. Only where another living segment
/// still has the same series does the base keep their counts, so that the sum does not fall.
/// Readers see the program before or after, also when this process is killed at any moment. Returns
/// false, and nothing has changed, when the lock can't be had within `patience` or there is no room
/// for the new base. May block; never throws.
bool settle_departure(const std::string& directory, std::string_view program,
                      const Departure& departure, std::chrono::milliseconds patience) noexcept;

/// What read_program() found.
struct ProgramReading {
  ProgramView view;
  std::size_t live_segments = 0;
  bool served = false;                ///< a live process serves it on an endpoint of its own
  std::vector<std::string> problems;  ///< segments that could not be read
};

/// Read base, dead and living segments of `program` as one. `unshared` are the bytes of a segment
/// of this process that could not be put into the folder (Segment::unshared_bytes()), or nothing.
/// Throws std::system_error when the folder, or a segment in it, can't be opened: what is not read
/// would be counters that fall.
ProgramReading read_program(const std::string& directory, std::string_view program,
                            Span<const std::byte> unshared = {});

/// What the agent serves.
struct UnservedReading {
  std::vector<ProgramView> views;     ///< of the programs that no live endpoint serves
  std::vector<std::string> problems;  ///< damaged segments, and programs that are left out
};

/// Fold and read every program in the folder, leaving out those that a live process serves, and
/// those whose segments can't all be opened. Throws std::system_error when the folder can't be
/// read.
UnservedReading read_unserved(const std::string& directory);

/// Return the programs that have segments in the folder, sorted.
std::vector<std::string> list_programs(const std::string& directory);

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring
