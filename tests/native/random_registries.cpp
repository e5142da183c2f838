/// Writes random registries: for each a segment, what the core exposes of it in both formats, and
/// the values that its gauges were given, as bits. tests/unit/client/test_random_registries.py
/// reads them.
///
/// usage: whiteroom-random-registries SEED COUNT FOLDER
#include <array>
#include <bit>
#include <cmath>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <random>
#include <span>

#include "segment_directory.h"
#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/prometheus_metrics.h"
#include "whiteroom/monitoring/segment_reader.h"

namespace whiteroom::monitoring {
namespace {

/// Chooses, the same in every run with the same seed.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return engine_() % limit; }
  std::uint64_t bits() { return engine_(); }

  /// Any double, and more often those that are hard to write.
  double number() {
    constexpr std::array kHard{0.0,
                               -0.0,
                               std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::denorm_min(),
                               std::numeric_limits<double>::max(),
                               9007199254740993.0,
                               0.1,
                               1e21};
    if (below(3) == 0) return kHard[below(kHard.size())];
    return std::bit_cast<double>(bits());
  }

  /// UTF-8 with what exposition must escape.
  std::string text() {
    constexpr std::array kParts{"\"", "\\", "\n", "ä", "→", "𝄞", " ", "a",
                                "Z",  "{",  "}",  ",", "=", "#", "7"};
    std::string made;
    for (std::uint64_t i = below(12); i > 0; --i) made += kParts[below(kParts.size())];
    return made;
  }

 private:
  std::mt19937_64 engine_;
};

/// Families whose texts live as long as this.
class Registry {
 public:
  explicit Registry(Chance& chance) : chance_(chance) {
    const std::uint64_t count = 1 + chance.below(6);
    for (std::uint64_t i = 0; i < count; ++i) add(i);
  }

  std::span<const FamilySpec> families() const { return families_; }

 private:
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  void add(std::uint64_t number) {
    constexpr std::array kTypes{MetricType::counter, MetricType::gauge, MetricType::histogram,
                                MetricType::summary, MetricType::info};
    const MetricType type = kTypes[chance_.below(kTypes.size())];
    const bool seconds =
        type != MetricType::gauge && type != MetricType::info && chance_.below(2) == 0;
    std::string name = "metric_" + std::to_string(number);
    if (seconds) name += "_seconds";
    if (type == MetricType::counter) name += "_total";
    if (type == MetricType::info) name += "_info";
    FamilySpec family{.name = keep(name), .help = keep(chance_.text()), .type = type};
    if (type == MetricType::gauge) family.number = Number::f64;
    if (seconds) {
      family.unit = "seconds";
      family.scale = 1'000'000'000;
    }
    family.exemplars =
        (type == MetricType::histogram || (type == MetricType::counter && !seconds)) &&
        chance_.below(2) == 0;
    family.labels = labels();
    if (family.type == MetricType::histogram) family.bounds = bounds(seconds);
    families_.push_back(family);
  }

  std::span<const LabelSpec> labels() {
    auto& made = labels_.emplace_back();
    for (std::uint64_t i = chance_.below(3); i > 0; --i) {
      LabelSpec label{.name = keep("label_" + std::to_string(i))};
      if (chance_.below(2) == 0) {
        label.max_series = 4;
      } else {
        auto& values = values_.emplace_back();
        for (std::uint64_t k = 0; k < 2; ++k) {
          values.push_back(keep(std::to_string(k) + chance_.text()));
        }
        label.values = values;
      }
      made.push_back(label);
    }
    return made;
  }

  std::span<const double> bounds(bool seconds) {
    auto& made = bounds_.emplace_back();
    double bound = seconds ? 0.001 : 1;
    for (std::uint64_t i = 1 + chance_.below(5); i > 0; --i) {
      made.push_back(bound);
      bound *= static_cast<double>(2 + chance_.below(9));
    }
    return made;
  }

  Chance& chance_;
  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> values_;
  std::deque<std::vector<LabelSpec>> labels_;
  std::deque<std::vector<double>> bounds_;
  std::vector<FamilySpec> families_;
};

/// Return the cells of one series of a family, of a random one where labels are open.
std::uint64_t* cells_of(Segment& segment, const FamilySpec& family, Chance& chance) {
  std::vector<std::string> texts;
  for (const LabelSpec& label : family.labels) {
    if (label.open()) texts.push_back(chance.text());
  }
  if (texts.empty()) return segment.cells(family);
  const std::vector<std::string_view> values(texts.begin(), texts.end());
  return segment.series(family, values);
}

void put_exemplar(std::uint64_t* slot, Chance& chance) {
  const Exemplar exemplar = Exemplar::now(chance.bits(), chance.bits(), chance.below(3));
  wrm_exemplar_put(slot, static_cast<std::int64_t>(chance.bits()), &exemplar);
}

/// Put random values into a family; return those of a gauge in the order in which they were put.
void record(Segment& segment, const FamilySpec& family, Chance& chance, std::ostream& gauges) {
  for (std::uint64_t turn = chance.below(4); turn > 0; --turn) {
    std::uint64_t* const cells = cells_of(segment, family, chance);
    for (std::uint32_t i = 0; i < family.groups() * family.group_cells(); ++i) {
      const std::uint32_t in_group = i % family.group_cells();
      if (in_group >= family.value_cells()) {
        const bool starts = (in_group - family.value_cells()) % WRM_EXEMPLAR_CELLS == 0;
        if (starts && chance.below(2) == 0) put_exemplar(cells + i, chance);
      } else if (family.type == MetricType::info) {
        Info(cells + i, nullptr).set();
      } else if (family.type == MetricType::gauge) {
        const double value = chance.number();
        Gauge<Writers::many>(cells + i, nullptr).set(value);
        gauges << std::bit_cast<std::uint64_t>(value) << '\n';
      } else {
        wrm_any_add(cells + i, chance.bits() >> (12 + chance.below(50)));
      }
    }
  }
}

void write(const std::string& folder, const std::string& name, Chance& chance) {
  namespace fs = std::filesystem;
  const std::string segments = folder + "/segments";
  const Registry registry(chance);
  Segment segment({.program = "random", .directory = segments});
  segment.declare(registry.families());
  segment.prepare();
  std::ofstream gauges(folder + "/" + name + ".gauges");
  for (const FamilySpec& family : registry.families()) record(segment, family, chance, gauges);
  const std::string path = segment.preparation().path;
  const auto expose_as = [&](const char* ending, ExpositionOptions options) {
    std::vector<SegmentReading> readings;
    readings.push_back({SegmentImage::read(path), true});
    std::ofstream(folder + "/" + name + ending, std::ios::binary)
        << expose(ProgramView(std::move(readings)), options);
  };
  expose_as(".text", {});
  expose_as(".openmetrics", {ExpositionFormat::open_metrics, chance.below(2) == 0});
  fs::copy_file(path, folder + "/" + name + ".seg");
}

}  // namespace
}  // namespace whiteroom::monitoring

int main(int count, char** words) {
  if (count != 4) {
    std::cerr << "usage: whiteroom-random-registries SEED COUNT FOLDER\n";
    return 2;
  }
  whiteroom::monitoring::Chance chance(std::stoull(words[1]));
  const int registries = std::stoi(words[2]);
  for (int i = 0; i < registries; ++i) {
    whiteroom::monitoring::write(words[3], std::to_string(i), chance);
  }
  std::filesystem::remove_all(std::string(words[3]) + "/segments");
}
