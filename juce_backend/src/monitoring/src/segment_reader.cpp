#include "whiteroom/monitoring/segment_reader.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <numeric>
#include <system_error>
#include <thread>

#include "label_text.h"
#include "record_reader.h"
#include "whiteroom/monitoring/cells.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

/// More than any segment has; a corrupt one must not ask for more memory than that.
constexpr std::uint64_t kMostBytes = std::uint64_t{4} << 30;
constexpr std::uint64_t kMostGroups = 1 << 20;
/// A rewrite takes microseconds; whoever is stopped in the middle of one can't be waited for.
constexpr int kMostAttempts = 1000;
constexpr std::chrono::microseconds kBetweenAttempts{100};

bool read_label(RecordReader& reader, LabelDescription& label) {
  std::uint32_t values = 0;
  if (!reader.text(label.name) || !reader.take(label.max_series) || !reader.take(values)) {
    return false;
  }
  for (std::uint32_t i = 0; i < values; ++i) {
    if (!reader.text(label.values.emplace_back())) return false;
  }
  return values != 0 || label.max_series != 0;
}

bool valid_kinds(const wrm_family_record& record) {
  return record.type >= WRM_COUNTER && record.type <= WRM_INFO && record.number >= WRM_U64 &&
         record.number <= WRM_F64 && record.aggregation >= WRM_AGGREGATION_SUM &&
         record.aggregation <= WRM_AGGREGATION_LATEST &&
         (record.scale == 1 || record.scale == 1000000000) &&
         (record.flags == 0 || (record.flags == WRM_FAMILY_EXEMPLARS &&
                                (record.type == WRM_COUNTER || record.type == WRM_HISTOGRAM)));
}

bool read_family(const std::byte* data, std::size_t size, FamilyDescription& family) {
  wrm_family_record record{};
  RecordReader reader(data, size);
  if (!reader.take(record) || !valid_kinds(record)) return false;
  family.type = static_cast<MetricType>(record.type);
  family.number = static_cast<Number>(record.number);
  family.aggregation = static_cast<Aggregation>(record.aggregation);
  family.scale = record.scale;
  family.exemplars = record.flags == WRM_FAMILY_EXEMPLARS;
  family.one_writer = record.realtime != 0;
  for (std::uint16_t i = 0; i < record.bounds; ++i) {
    if (!reader.take(family.bounds.emplace_back())) return false;
  }
  if (!reader.text(family.name) || !reader.text(family.help) || !reader.text(family.unit)) {
    return false;
  }
  std::uint64_t groups = 1;
  for (std::uint16_t i = 0; i < record.labels; ++i) {
    LabelDescription& label = family.labels.emplace_back();
    if (!read_label(reader, label)) return false;
    groups *= std::max<std::size_t>(1, label.values.size());
    if (groups > kMostGroups) return false;
  }
  return !family.name.empty();
}

bool read_fully(int file, void* to, std::size_t size, std::uint64_t offset) {
  auto* out = static_cast<char*>(to);
  while (size != 0) {
    const ssize_t got = pread(file, out, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// Whether the process that writes a segment has ended. An open file's lock tells.
bool nobody_writes(int file) {
  if (flock(file, LOCK_SH | LOCK_NB) != 0) return false;
  flock(file, LOCK_UN);
  return true;
}

}  // namespace

std::uint32_t FamilyDescription::group_cells() const noexcept {
  return value_cells() + (exemplars ? exemplar_slots(type, bounds) * WRM_EXEMPLAR_CELLS : 0U);
}

std::uint32_t FamilyDescription::groups() const noexcept {
  std::uint32_t product = 1;
  for (const LabelDescription& label : labels) {
    product *= static_cast<std::uint32_t>(std::max<std::size_t>(1, label.values.size()));
  }
  return product;
}

std::size_t FamilyDescription::open_labels() const noexcept {
  return static_cast<std::size_t>(std::count_if(labels.begin(), labels.end(),
                                                [](auto& label) { return label.values.empty(); }));
}

bool FamilyDescription::same_cells(const FamilyDescription& other) const noexcept {
  const auto same_label = [](const LabelDescription& a, const LabelDescription& b) {
    return a.name == b.name && a.values == b.values;
  };
  return type == other.type && number == other.number && scale == other.scale &&
         bounds == other.bounds && exemplars == other.exemplars &&
         std::equal(labels.begin(), labels.end(), other.labels.begin(), other.labels.end(),
                    same_label);
}

void SegmentImage::fail(const std::string& problem) const {
  throw SegmentError(name_ + ": " + problem);
}

void SegmentImage::check_header(std::uint64_t file_bytes) const {
  if (std::memcmp(header_.magic, WRM_MAGIC, sizeof header_.magic) != 0) fail("is no segment");
  if (header_.byte_order != WRM_BYTE_ORDER) fail("was written with another byte order");
  if (header_.version != WRM_FORMAT_VERSION) {
    fail("has format version " + std::to_string(header_.version) + ", expected " +
         std::to_string(WRM_FORMAT_VERSION));
  }
  const auto inside = [&](std::uint64_t offset, std::uint64_t capacity, std::uint64_t used) {
    return used <= capacity && capacity <= file_bytes && offset <= file_bytes - capacity &&
           offset % sizeof(std::uint64_t) == 0;
  };
  if (file_bytes > kMostBytes || file_bytes < header_.segment_bytes ||
      !inside(header_.records_offset, header_.records_capacity, header_.records_used) ||
      !inside(header_.cells_offset, header_.cells_capacity, header_.cells_used)) {
    fail("is damaged: its header speaks of more than its " + std::to_string(file_bytes) + " bytes");
  }
}

SegmentImage SegmentImage::read(const std::string& path) {
  SegmentImage image;
  image.name_ = path;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) throw std::system_error(errno, std::generic_category(), path);
  try {
    image.read_file(file);
  } catch (...) {
    close(file);
    throw;
  }
  close(file);
  image.read_records();
  return image;
}

void SegmentImage::read_file(int file) {
  for (int attempt = 0; !read_once(file); ++attempt) {
    // What a killed process was writing is free or whole, and nobody goes on with it.
    if (nobody_writes(file) && read_once(file)) return;
    if (nobody_writes(file)) return;
    if (attempt == kMostAttempts) fail("is being rewritten");
    std::this_thread::sleep_for(kBetweenAttempts);
  }
}

/// Return false when records became those of other series meanwhile.
bool SegmentImage::read_once(int file) {
  struct stat facts{};
  if (fstat(file, &facts) == 0 && !S_ISREG(facts.st_mode)) fail("is no file");
  if (fstat(file, &facts) != 0 || !read_fully(file, &header_, sizeof header_, 0)) {
    fail("is shorter than a segment's header");
  }
  // Again, now that the length of the records is known: the cells of what that length counts were
  // in use before it. What one read returns together need not have been there together.
  bool whole = read_fully(file, &header_.cells_used, sizeof header_.cells_used,
                          offsetof(wrm_segment_header, cells_used));
  check_header(static_cast<std::uint64_t>(facts.st_size));
  allocate();
  whole = whole && read_fully(file, records_.get(), records_size_, header_.records_offset) &&
          read_fully(file, cells_.get(), cells_size_ * sizeof(std::uint64_t), header_.cells_offset);
  // A base is never rewritten; one of an older version has its records here.
  if (whole && !base()) {
    std::uint64_t after = 0;
    whole = read_fully(file, &after, sizeof after, offsetof(wrm_segment_header, rewrites));
    if (whole) return after == header_.rewrites && after % 2 == 0;
  }
  if (!whole) fail("was truncated while it was read");
  return true;
}

SegmentImage SegmentImage::copy(Span<const std::byte> memory) {
  SegmentImage image;
  image.name_ = "segment of this process";
  for (int attempt = 0; !image.copy_once(memory); ++attempt) {
    if (attempt == kMostAttempts) image.fail("is being rewritten");
    std::this_thread::sleep_for(kBetweenAttempts);
  }
  image.read_records();
  return image;
}

bool SegmentImage::copy_once(Span<const std::byte> memory) {
  const auto* const source = reinterpret_cast<const wrm_segment_header*>(memory.data());
  // Acquire: what was written before the number is seen.
  header_.rewrites = __atomic_load_n(&source->rewrites, __ATOMIC_ACQUIRE);
  // Acquire: what was published before this length is whole.
  const std::uint64_t used = __atomic_load_n(&source->records_used, __ATOMIC_ACQUIRE);
  // Relaxed, but after the acquire: the cells of what that length counts are among these.
  const std::uint64_t cells_used = __atomic_load_n(&source->cells_used, __ATOMIC_RELAXED);
  std::memcpy(&header_, source, offsetof(wrm_segment_header, records_used));
  std::memcpy(header_.program, source->program, sizeof source->program);
  header_.pid = source->pid;
  header_.kind = source->kind;
  header_.records_used = used;
  header_.cells_used = cells_used;
  check_header(memory.size());
  // A series' state may change meanwhile, so copy whole words, atomically. Acquire: if one was
  // written by a rewrite, its number is seen below.
  const auto copy_words = [&memory](void* to, std::uint64_t offset, std::uint64_t size) {
    const auto* const words = reinterpret_cast<const std::uint64_t*>(memory.data() + offset);
    auto* const out = static_cast<std::uint64_t*>(to);
    for (std::uint64_t i = 0; i < size / sizeof(std::uint64_t); ++i) {
      out[i] = __atomic_load_n(&words[i], __ATOMIC_ACQUIRE);  // acquire: see above
    }
  };
  allocate();
  copy_words(records_.get(), header_.records_offset, used);
  copy_words(cells_.get(), header_.cells_offset, cells_used);
  // Relaxed: it comes after the acquires above.
  const std::uint64_t after = __atomic_load_n(&source->rewrites, __ATOMIC_RELAXED);
  return after == header_.rewrites && after % 2 == 0;
}

void SegmentImage::allocate() {
  records_size_ = header_.records_used;
  cells_size_ = header_.cells_used / sizeof(std::uint64_t);
  records_ = std::make_unique_for_overwrite<std::byte[]>(records_size_);
  cells_ = std::make_unique_for_overwrite<std::uint64_t[]>(cells_size_);
}

void SegmentImage::read_records() {
  std::size_t offset = 0;
  while (offset + sizeof(wrm_record_header) <= records_size_) {
    wrm_record_header record{};
    std::memcpy(&record, &records_[offset], sizeof record);
    if (record.bytes < sizeof record || record.bytes % 8 != 0 ||
        record.bytes > records_size_ - offset) {
      fail("is damaged: a record at " + std::to_string(offset) + " has " +
           std::to_string(record.bytes) + " bytes");
    }
    read_record(record, offset);
    offset += record.bytes;
  }
  records_size_ = offset;
}

void SegmentImage::read_record(const wrm_record_header& record, std::size_t offset) {
  if (record.kind == WRM_RECORD_SERIES) {
    if (record.family >= families_.size()) fail("is damaged: a series record can't be read");
    ++shapes_[record.family].records;
    mend_values(record, offset);
  } else if (record.kind == WRM_RECORD_FAMILY) {
    FamilyDescription& family = families_.emplace_back();
    if (!read_family(&records_[offset], record.bytes, family)) {
      fail("is damaged: the family at " + std::to_string(offset) + " can't be read");
    }
    shapes_.push_back(
        {std::size_t{family.group_cells()} * family.groups(), family.open_labels(), 0});
  } else if (record.kind == WRM_RECORD_FOLDED && record.bytes >= sizeof(wrm_folded_record)) {
    wrm_folded_record folded{};
    std::memcpy(&folded, &records_[offset], sizeof folded);
    folded_.push_back(folded.segment_id);
  } else if (record.kind == WRM_RECORD_DEPARTED && record.bytes >= sizeof(wrm_departed_record)) {
    wrm_departed_record departed{};
    std::memcpy(&departed, &records_[offset], sizeof departed);
    departed_.push_back({departed.segment_id, static_cast<std::uint32_t>(departed.number)});
  }
}

std::uint64_t SegmentImage::sum_of_cells() const noexcept {
  return std::accumulate(cells_.get(), cells_.get() + cells_size_, std::uint64_t{0});
}

/// Values that were recorded by a version that took any bytes become UTF-8.
void SegmentImage::mend_values(const wrm_record_header& record, std::size_t offset) {
  const std::size_t count = shapes_[record.family].open_labels;
  if (count == 0 || record.bytes < sizeof(wrm_series_record)) return;
  RecordReader reader(&records_[offset] + sizeof(wrm_series_record),
                      record.bytes - sizeof(wrm_series_record));
  std::vector<std::string> values(count);
  bool clean = true;
  for (std::string& value : values) {
    std::string_view text;
    if (!reader.text<std::uint16_t>(text)) return;  // found when it is visited
    clean = clean && is_label_text(text);
    value = text;
  }
  if (clean) return;
  std::string& encoded = mended_[offset];
  for (std::string& value : values) {
    value = label_text(value);
    const auto length = static_cast<std::uint16_t>(value.size());
    encoded.append(reinterpret_cast<const char*>(&length), sizeof length).append(value);
  }
}

void SegmentImage::visit_series(const std::function<void(const SeriesView&)>& visit) const {
  wrm_record_header record{};
  for (std::size_t offset = 0; offset != records_size_; offset += record.bytes) {
    std::memcpy(&record, &records_[offset], sizeof record);
    if (record.kind == WRM_RECORD_SERIES) visit_one({&records_[offset], record.bytes}, visit);
  }
}

void SegmentImage::visit_one(Span<const std::byte> bytes,
                             const std::function<void(const SeriesView&)>& visit) const {
  wrm_series_record record{};
  RecordReader reader(bytes.data(), bytes.size());
  if (!reader.take(record) || record.shards == 0) {
    fail("is damaged: a series record can't be read");
  }
  const SeriesShape& shape = shapes_[record.header.family];
  const auto fail_here = [&](const char* what) {
    fail("is damaged: a series of " + families_[record.header.family].name + what);
  };
  const char* const first = reader.position();
  for (std::size_t i = shape.open_labels; i != 0; --i) {
    std::string_view value;
    if (!reader.text<std::uint16_t>(value)) fail_here(" ends too early");
  }
  std::string_view values(first, static_cast<std::size_t>(reader.position() - first));
  if (!mended_.empty()) {
    const auto mended = mended_.find(static_cast<std::size_t>(bytes.data() - records_.get()));
    if (mended != mended_.end()) values = mended->second;
  }
  const std::uint64_t last =
      record.cell + std::uint64_t{record.shards - 1U} * record.shard_cells + shape.cells;
  if (last > cells_size_) fail_here(" has no cells");
  Span<const std::uint64_t> cells(&cells_[record.cell], shape.cells);
  std::vector<std::uint64_t> added;
  if (record.shards > 1) {
    added.assign(cells.begin(), cells.end());
    const FamilyDescription& family = families_[record.header.family];
    for (std::uint32_t shard = 1; shard < record.shards; ++shard) {
      const std::uint64_t* const from =
          &cells_[record.cell + std::size_t{shard} * record.shard_cells];
      for (std::size_t i = 0; i < shape.cells; ++i) {
        if (i % family.group_cells() < family.value_cells()) added[i] += from[i];
      }
    }
    cells = added;
  }
  const bool live = record.state == WRM_SERIES_LIVE;
  const bool departs = (record.state & 0xffU) == WRM_SERIES_DEPARTING;
  const std::uint32_t departure = departs ? record.state >> WRM_DEPARTURE_SHIFT : 0;
  visit({record.header.family, record.instance, live, departure, values, cells});
}

std::string_view LabelValues::next() noexcept {
  std::uint16_t length = 0;
  std::memcpy(&length, rest_.data(), sizeof length);
  const std::string_view value = rest_.substr(sizeof length, length);
  rest_.remove_prefix(sizeof length + length);
  return value;
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
