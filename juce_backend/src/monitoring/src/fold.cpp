#include "whiteroom/monitoring/fold.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "log_drain.h"
#include "segment_directory.h"
#include "segment_layout.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

constexpr std::string_view kProcessesLost = "monitoring_processes_lost_total";
constexpr std::string_view kObservationsLost = "monitoring_observations_lost_total";

/// Keeps the views that a FamilySpec of a description refers to.
struct SpecStorage {
  std::vector<std::vector<std::string_view>> values;
  std::vector<LabelSpec> labels;
};

FamilySpec spec_of(const FamilyDescription& family, SpecStorage& storage) {
  storage.values.reserve(family.labels.size());
  for (const LabelDescription& label : family.labels) {
    storage.values.emplace_back(label.values.begin(), label.values.end());
    storage.labels.push_back({label.name, storage.values.back(), label.max_series});
  }
  return {.name = family.name,
          .help = family.help,
          .unit = family.unit,
          .type = family.type,
          .number = family.number,
          .aggregation = family.aggregation,
          .writers = family.one_writer ? Writers::one : Writers::many,
          .scale = family.scale,
          .labels = storage.labels,
          .bounds = family.bounds,
          .exemplars = family.exemplars};
}

std::vector<std::string_view> decoded(std::string_view encoded, std::size_t count) {
  LabelValues values(encoded);
  std::vector<std::string_view> texts(count);
  std::generate(texts.begin(), texts.end(), [&] { return values.next(); });
  return texts;
}

class BaseWriter {
 public:
  void add(const MergedFamily& family) {
    SpecStorage storage;
    append(family_record(spec_of(family.description, storage)));
    for (std::size_t i = 0; i < family.size(); ++i) {
      append(series_record(families_, 0, static_cast<std::uint32_t>(cells_.size()),
                           decoded(family.values(i), family.description.open_labels())));
      const Span<const std::uint64_t> cells = family.cells(i);
      cells_.insert(cells_.end(), cells.begin(), cells.end());
    }
    ++families_;
  }

  void add_folded(std::uint64_t segment_id) { append(folded_record(segment_id)); }
  void add_departed(const Departure& departure) { append(departed_record(departure)); }

  /// `created_unix_ns` is the start of the first process that is counted in it.
  bool write(const std::string& path, std::string_view program,
             std::uint64_t created_unix_ns) const;

 private:
  void append(std::vector<std::byte> record) {
    records_.insert(records_.end(), record.begin(), record.end());
  }

  std::vector<std::byte> records_;
  std::vector<std::uint64_t> cells_;
  std::uint16_t families_ = 0;
};

bool BaseWriter::write(const std::string& path, std::string_view program,
                       std::uint64_t created_unix_ns) const {
  wrm_segment_header header{};
  std::memcpy(header.magic, WRM_MAGIC, sizeof header.magic);
  header.version = WRM_FORMAT_VERSION;
  header.byte_order = WRM_BYTE_ORDER;
  header.records_offset = sizeof header;
  header.records_capacity = header.records_used = records_.size();
  header.cells_offset = header.records_offset + records_.size();
  header.cells_capacity = header.cells_used = cells_.size() * sizeof(std::uint64_t);
  header.segment_bytes = header.cells_offset + header.cells_capacity;
  header.started_unix_ns = created_unix_ns;
  header.kind = WRM_KIND_BASE;
  header.closed = 1;
  std::memcpy(header.program, program.data(), std::min(program.size(), sizeof header.program - 1));

  const std::string building = path + ".new";
  unlink(building.c_str());  // of one who was killed here: the lock is ours
  const int made =
      open(building.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made < 0) return false;
  std::FILE* const file = fdopen(made, "wb");
  if (file == nullptr) {
    close(made);
    return false;
  }
  bool written = std::fwrite(&header, sizeof header, 1, file) == 1 &&
                 std::fwrite(records_.data(), 1, records_.size(), file) == records_.size() &&
                 (cells_.empty() || std::fwrite(cells_.data(), sizeof cells_[0], cells_.size(),
                                                file) == cells_.size());
  written = std::fclose(file) == 0 && written;
  if (written && std::rename(building.c_str(), path.c_str()) == 0) return true;
  unlink(building.c_str());
  return false;
}

void set_aside(const std::string& path) {
  (void)std::rename(path.c_str(), (path + ".damaged").c_str());
}

using SeriesName = std::pair<std::string, std::string>;  // family, encoded values

void note_series(const SegmentImage& image, std::set<SeriesName>& names) {
  image.visit_series([&](const SeriesView& series) {
    if (series.values.empty()) return;
    names.emplace(image.families()[series.family].name, series.values);
  });
}

/// What a dead segment has left in its log.
struct LeftLog {
  LeftEvents events;
  LogDescription description;
  LogOrigin origin;
};

LeftLog left_log(const SegmentImage& image, std::string_view program) {
  LeftLog left{{}, read_log(image), {}};
  if (!left.description.has_ring) return left;
  left.events = left_events({image.cells().data() + left.description.cell, WRM_LOG_RING_CELLS});
  const wrm_segment_header& header = image.header();
  left.origin = {std::string(program), header.pid, header.segment_id, unix_minus_monotonic_ns()};
  return left;
}

/// The dead segments of a program, and what its base already holds of them.
struct Estate {
  std::set<SeriesName> recent;  ///< of the dead segments
  std::vector<Departure> departed;
  std::vector<SegmentReading> readings;
  std::vector<std::string> dead_paths;
  std::vector<LeftLog> logs;     ///< of each of these
  std::uint64_t unfinished = 0;  ///< events of theirs
  std::vector<std::uint64_t> dead_ids;
  std::vector<std::uint64_t> unclosed;  ///< dead, and did not say that they end
  std::uint64_t lost = 0;
};

/// Whether a forked process has recorded nothing: it went on to execute another program, or ended.
/// What the core itself says of every segment does not count.
bool never_recorded(const SegmentImage& image) {
  if (image.header().forked_from == 0) return false;
  bool recorded = false;
  image.visit_series([&](const SeriesView& series) {
    const FamilyDescription& family = image.families()[series.family];
    if (!family.cumulative() && family.name.starts_with("monitoring_")) return;
    recorded = recorded || std::any_of(series.cells.begin(), series.cells.end(),
                                       [](std::uint64_t cell) { return cell != 0; });
  });
  return !recorded;
}

/// Tells which processes forked a child and recorded nothing more, as those do that put themselves
/// into the background: while the child, or one that it handed over to in turn, lives, none is
/// lost.
class Handovers {
 public:
  void add(const SegmentImage& image, bool alive) {
    const wrm_segment_header& header = image.header();
    if (image.base()) return;
    sums_[header.segment_id] = image.sum_of_cells();
    if (alive) living_.insert(header.segment_id);
    if (header.forked_from == 0) return;
    children_.emplace(header.forked_from, Child{header.segment_id, header.parents_cells});
  }

  bool handed_over(std::uint64_t id, int generations = 8) const {
    const auto [first, last] = children_.equal_range(id);
    return generations > 0 && std::any_of(first, last, [&](const auto& entry) {
             const Child& child = entry.second;
             return child.parents_cells == sums_.at(id) &&
                    (living_.contains(child.id) || handed_over(child.id, generations - 1));
           });
  }

 private:
  struct Child {
    std::uint64_t id;
    std::uint64_t parents_cells;
  };
  std::map<std::uint64_t, std::uint64_t> sums_;
  std::set<std::uint64_t> living_;
  std::multimap<std::uint64_t, Child> children_;
};

/// How many of the dead have ended without a word.
std::uint64_t count_lost(const Estate& estate, const std::vector<SegmentFile>& files) {
  if (estate.unclosed.empty()) return 0;
  Handovers handovers;
  for (const SegmentReading& reading : estate.readings) handovers.add(reading.image, false);
  for (const SegmentFile& file : files) {
    if (!file.alive) continue;
    try {
      handovers.add(SegmentImage::read(file.path), true);
    } catch (const SegmentError&) {
      // Damaged: of whom it was forked can't be said.
    }
  }
  return static_cast<std::uint64_t>(
      std::count_if(estate.unclosed.begin(), estate.unclosed.end(),
                    [&](std::uint64_t id) { return !handovers.handed_over(id); }));
}

Estate read_estate(const std::string& directory, std::string_view program) {
  Estate estate;
  std::set<std::uint64_t> folded;
  const std::vector<SegmentFile> files = list_segments(directory, program);
  for (const SegmentFile& file : files) {
    if (!file.base) continue;
    try {
      SegmentImage image = SegmentImage::read(file.path);
      folded.insert(image.folded().begin(), image.folded().end());
      estate.departed = image.departed();
      estate.readings.push_back({std::move(image), false});
    } catch (const SegmentError&) {
      set_aside(file.path);
    }
  }
  for (const SegmentFile& file : files) {
    if (file.base || file.alive) continue;
    try {
      SegmentImage image = SegmentImage::read(file.path);
      const std::uint64_t id = image.header().segment_id;
      estate.logs.push_back(left_log(image, program));
      estate.dead_paths.push_back(file.path);
      estate.dead_ids.push_back(id);
      if (folded.contains(id)) continue;
      estate.unfinished += estate.logs.back().events.unfinished;
      if (image.header().closed == 0 && !never_recorded(image)) estate.unclosed.push_back(id);
      note_series(image, estate.recent);
      estate.readings.push_back({std::move(image), false});
    } catch (const SegmentError&) {
      set_aside(file.path);
    }
  }
  estate.lost = count_lost(estate, files);
  return estate;
}

/// The series of the program's living segments.
std::set<SeriesName> living_series(const std::string& directory, std::string_view program) {
  std::set<SeriesName> names;
  for (const SegmentFile& file : list_segments(directory, program)) {
    if (file.alive) note_series(SegmentImage::read(file.path), names);
  }
  return names;
}

/// How many series of instances a base keeps of a family: as many as its labels allow one process.
std::size_t most_series(const FamilyDescription& family) {
  std::size_t most = 1;
  for (const LabelDescription& label : family.labels) most *= std::max(1U, label.max_series);
  return family.one_writer && family.open_labels() != 0 ? most : SIZE_MAX;
}

/// Let series of ended instances go that are more than a base keeps: those first that were in the
/// base before. What lives goes on from its sum, and so stays.
void drop_ended(ProgramView& view, const std::string& directory, std::string_view program,
                const std::set<SeriesName>& recent) {
  std::set<SeriesName> living;
  std::vector<SeriesName> dropped;
  for (const auto& [name, family] : view.families()) {
    if (family.size() <= most_series(family.description)) continue;
    if (living.empty()) living = living_series(directory, program);
    std::size_t left = family.size() - most_series(family.description);
    for (const bool of_recent : {false, true}) {
      for (std::size_t i = 0; i < family.size() && left != 0; ++i) {
        const SeriesName series{name, family.values(i)};
        if (living.contains(series) || recent.contains(series) != of_recent) continue;
        dropped.push_back(series);
        --left;
      }
    }
  }
  for (const auto& [family, values] : dropped) view.remove(family, values);
}

/// Write what the estate amounts to, deliver what the dead have left in their logs, and remove
/// them: the base now names them.
bool write_base(const std::string& directory, std::string_view program, const Estate& estate,
                const ProgramView& view, std::uint64_t created_unix_ns) {
  BaseWriter writer;
  for (const auto& [name, family] : view.families()) {
    if (family.description.cumulative() && family.size() != 0) writer.add(family);
  }
  for (const std::uint64_t id : estate.dead_ids) writer.add_folded(id);
  for (const Departure& departure : estate.departed) {
    const auto& dead = estate.dead_ids;
    // A segment that is folded is not read any more.
    if (std::find(dead.begin(), dead.end(), departure.segment_id) != dead.end()) continue;
    writer.add_departed(departure);
  }
  if (!writer.write(base_path(directory, program), program, created_unix_ns)) return false;
  for (std::size_t i = 0; i < estate.dead_paths.size(); ++i) {
    const LeftLog& log = estate.logs[i];
    // Lines that find no room by now wait in the segment; its counts are in the base.
    const Delivery delivery = deliver_left_events(log.events, log.description, log.origin);
    if (delivery != Delivery::try_again) unlink(estate.dead_paths[i].c_str());
  }
  return true;
}

/// Take the readings out of an estate and add them up.
ProgramView view_of(Estate& estate, std::string_view program) {
  ProgramView view(std::move(estate.readings));
  const std::string owner(program);
  if (estate.lost != 0) view.add_to_counter(kProcessesLost, owner, {&estate.lost, 1});
  if (estate.unfinished != 0) {
    std::array<std::uint64_t, WRM_LOST_REASONS> lost{};
    lost[WRM_LOST_LOG_UNFINISHED] = estate.unfinished;
    view.add_to_counter(kObservationsLost, owner, lost);
  }
  return view;
}

std::size_t fold_dead(const std::string& directory, std::string_view program) {
  Estate estate = read_estate(directory, program);
  if (estate.dead_paths.empty()) return 0;
  ProgramView view = view_of(estate, program);
  try {
    drop_ended(view, directory, program, estate.recent);
  } catch (const SegmentError&) {
    // A living segment can't be read: what it has must stay, so everything does.
  }
  const bool written = write_base(directory, program, estate, view, view.created_unix_ns());
  return written ? estate.dead_paths.size() : 0;
}

/// What departs from one segment, and what the program's other living segments have.
struct Survey {
  SegmentImage image;  ///< of the segment
  std::set<SeriesName> elsewhere;
};

std::optional<Survey> survey(const std::string& directory, std::string_view program,
                             std::uint64_t segment_id) {
  std::optional<SegmentImage> own;
  std::set<SeriesName> elsewhere;
  for (const SegmentFile& file : list_segments(directory, program)) {
    if (!file.alive) continue;
    SegmentImage image = SegmentImage::read(file.path);
    if (image.header().segment_id == segment_id) {
      own = std::move(image);
    } else {
      note_series(image, elsewhere);
    }
  }
  if (!own) return std::nullopt;
  return Survey{std::move(*own), std::move(elsewhere)};
}

bool settle(const std::string& directory, std::string_view program, const Departure& departure) {
  const std::optional<Survey> found = survey(directory, program, departure.segment_id);
  if (!found) return false;
  Estate estate = read_estate(directory, program);
  ProgramView view = view_of(estate, program);
  view.describe_also(found->image);
  found->image.visit_series([&](const SeriesView& series) {
    if (series.departure != departure.number) return;
    const std::string& family = found->image.families()[series.family].name;
    if (found->elsewhere.contains({family, std::string(series.values)})) {
      view.add(family, series.values, series.cells);
    } else {
      view.remove(family, series.values);
    }
  });
  std::erase_if(estate.departed,
                [&](const Departure& old) { return old.segment_id == departure.segment_id; });
  estate.departed.push_back(departure);
  const std::uint64_t before = view.created_unix_ns();
  const std::uint64_t created = found->image.header().started_unix_ns;
  return write_base(directory, program, estate, view, before != 0 ? before : created);
}

bool anyone_dead(const std::string& directory, std::string_view program) {
  const std::vector<SegmentFile> files = list_segments(directory, program);
  return std::any_of(files.begin(), files.end(), [](auto& f) { return !f.base && !f.alive; });
}

}  // namespace

std::size_t fold_program(const std::string& directory, std::string_view program) noexcept {
  try {
    if (!anyone_dead(directory, program)) return 0;
    const ProgramLock lock(directory, program, ProgramLock::Mode::exclusive);
    return lock.held() ? fold_dead(directory, program) : 0;
  } catch (const std::exception&) {
    return 0;  // no memory or no access: the dead stay, and are read as they are
  }
}

bool settle_departure(const std::string& directory, std::string_view program,
                      const Departure& departure, std::chrono::milliseconds patience) noexcept {
  try {
    const ProgramLock lock(directory, program, ProgramLock::Mode::exclusive, patience);
    return lock.held() && settle(directory, program, departure);
  } catch (const std::exception&) {
    return false;
  }
}

ProgramReading read_program(const std::string& directory, std::string_view program,
                            Span<const std::byte> unshared) {
  const ProgramLock lock(directory, program, ProgramLock::Mode::shared);
  std::vector<SegmentReading> readings;
  std::set<std::uint64_t> folded;
  std::vector<std::string> problems;
  std::size_t live = 0;
  bool served = false;
  if (!unshared.empty()) {
    readings.push_back({SegmentImage::copy(unshared), true});
    ++live;
  }
  for (const SegmentFile& file : list_segments(directory, program)) {
    try {
      SegmentImage image = SegmentImage::read(file.path);
      live += file.alive ? 1 : 0;
      served = served || (file.alive && image.header().served != 0);
      folded.insert(image.folded().begin(), image.folded().end());
      readings.push_back({std::move(image), file.alive});
    } catch (const SegmentError& error) {
      problems.emplace_back(error.what());
    }
  }
  std::erase_if(readings, [&](const SegmentReading& reading) {
    return !reading.image.base() && folded.contains(reading.image.header().segment_id);
  });
  return {ProgramView(std::move(readings)), live, served, std::move(problems)};
}

UnservedReading read_unserved(const std::string& directory) {
  UnservedReading found;
  for (const std::string& program : list_programs(directory)) {
    fold_program(directory, program);
    try {
      ProgramReading reading = read_program(directory, program);
      if (!reading.served) found.views.push_back(std::move(reading.view));
      found.problems.insert(found.problems.end(), reading.problems.begin(), reading.problems.end());
    } catch (const std::system_error& error) {
      found.problems.push_back(program + " as a whole: " + error.what());
    }
  }
  return found;
}

std::vector<std::string> list_programs(const std::string& directory) {
  std::set<std::string> programs;
  for (const SegmentFile& file : list_segments(directory, {})) programs.insert(file.program);
  return {programs.begin(), programs.end()};
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
