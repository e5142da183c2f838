#include "whiteroom/monitoring/segment_c.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "own_domain.h"
#include "segment_c_access.h"
#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/generated/domains.h"
#include "whiteroom/monitoring/negotiation.h"

using namespace whiteroom::monitoring;

struct wrm_segment {
  explicit wrm_segment(SegmentOptions options) : segment(std::move(options)) {}

  Segment segment;
  std::vector<const Domain*> domains;
  std::mutex mutex;  ///< of closing and exposing
};

struct wrm_instance {
  wrm_segment* owner;
  Instance instance;
};

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

Segment& segment_behind(wrm_segment* segment) noexcept { return segment->segment; }

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

namespace {

const Domain& domain_named(std::string_view name) {
  for (const Domain& domain : kDomains) {
    if (domain.name == name) return domain;
  }
  throw PreparationError("domain \"" + std::string(name) + "\": not in the catalogue");
}

/// A domain that the segment has declared.
const Domain& declared_domain(const wrm_segment& segment, std::string_view name) {
  for (const Domain* domain : segment.domains) {
    if (domain->name == name) return *domain;
  }
  return domain_named(name);
}

/// A family of the domains that the segment has declared.
const FamilySpec& family_named(const wrm_segment& segment, std::string_view name) {
  for (const Domain* domain : segment.domains) {
    for (const FamilySpec& family : domain->families) {
      if (family.name == name) return family;
    }
  }
  throw PreparationError(std::string(name) + ": in no domain of the segment of " +
                         segment.segment.program());
}

std::vector<std::string_view> views(const char* const* texts, std::size_t count) {
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i < count; ++i) found.push_back(&given(texts[i], "a text"));
  return found;
}

/// Segments are never freed, so that no handle dangles. That they stay reachable tells leak
/// detectors that this is meant.
wrm_segment* kept_for_ever(std::unique_ptr<wrm_segment> segment) {
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::unique_ptr<wrm_segment>>;
  const std::lock_guard lock(mutex);
  return kept->emplace_back(std::move(segment)).get();
}

std::string expose_counted(Segment& segment, ExpositionFormat format) {
  const auto begin = std::chrono::steady_clock::now();
  fold_program(segment.directory(), segment.program());
  std::string text =
      expose(read_program(segment.directory(), segment.program(), segment.unshared_bytes()).view,
             {.format = format});
  segment.count_exposition(std::chrono::steady_clock::now() - begin);
  return text;
}

/// A copy that the caller frees.
wrm_text text_for_caller(std::string_view text) {
  auto* const bytes = static_cast<char*>(std::malloc(text.size() + 1));
  if (bytes == nullptr) throw std::bad_alloc();
  bytes[text.copy(bytes, text.size())] = '\0';
  return {bytes, text.size()};
}

}  // namespace

void wrm_text_free(char* text) { std::free(text); }

char* wrm_segment_open(const wrm_segment_options* options, const char* const* domains,
                       std::size_t domain_count, wrm_segment** opened) {
  return wrm_segment_open_own(options, nullptr, 0, domains, domain_count, opened);
}

char* wrm_segment_open_own(const wrm_segment_options* options, wrm_domain* const* own,
                           std::size_t own_count, const char* const* domains,
                           std::size_t domain_count, wrm_segment** opened) {
  return guarded([&] {
    static_cast<void>(given(options, "the options"));
    static_cast<void>(given(opened, "the place of the segment"));
    if (own_count != 0) static_cast<void>(given(own, "the list of own domains"));
    if (domain_count != 0) static_cast<void>(given(domains, "the list of domains"));
    auto made = std::make_unique<wrm_segment>(
        SegmentOptions{.program = &given(options->program, "the program"),
                       .directory = options->directory == nullptr ? "" : options->directory,
                       .instances = options->instances,
                       .shared = options->shared});
    for (wrm_domain* domain : std::span(own, own_count)) {
      made->domains.push_back(&given(domain, "a domain").described());
    }
    for (const std::string_view name : views(domains, domain_count)) {
      made->domains.push_back(&domain_named(name));
    }
    for (const Domain* domain : made->domains) {
      made->segment.declare(domain->families);
      made->segment.declare(domain->events);
    }
    made->segment.prepare();
    *opened = kept_for_ever(std::move(made));
  });
}

void wrm_segment_close(wrm_segment* segment) {
  if (segment == nullptr) return;
  const std::lock_guard lock(segment->mutex);
  segment->segment.close();
}

wrm_preparation wrm_segment_preparation(const wrm_segment* segment) {
  const Preparation& found = segment->segment.preparation();
  return {found.shared, found.locked, found.path.c_str(), found.problem.c_str()};
}

std::uint64_t* wrm_segment_lost(wrm_segment* segment) { return segment->segment.lost(); }

char* wrm_segment_log(wrm_segment* segment, wrm_log* log) {
  return guarded([&] {
    given(log, "the place of the log") = given(segment, "the segment").segment.log_cells();
  });
}

char* wrm_segment_log_text(wrm_segment* segment, const char* text, std::uint32_t* number) {
  return guarded([&] {
    given(number, "the place of the number") =
        given(segment, "the segment").segment.log_text(&given(text, "the text")).number;
  });
}

char* wrm_segment_set_log_file(wrm_segment* segment, const char* path) {
  return guarded(
      [&] { given(segment, "the segment").segment.set_log_file(&given(path, "the path")); });
}

char* wrm_segment_drain_log(wrm_segment* segment, std::size_t* drained) {
  return guarded([&] {
    const std::size_t count = given(segment, "the segment").segment.drain_log();
    if (drained != nullptr) *drained = count;
  });
}

char* wrm_segment_take_log_lines(wrm_segment* segment, wrm_text* lines) {
  return guarded([&] {
    wrm_text& place = given(lines, "the place of the lines");
    place = text_for_caller({});
    given(segment, "the segment").segment.drain_log([&](std::string_view taken) {
      wrm_text_free(place.bytes);
      place = text_for_caller(taken);
      return true;
    });
  });
}

char* wrm_segment_cells(wrm_segment* segment, const char* family, const char* const* values,
                        std::size_t value_count, std::uint64_t** cells) {
  return guarded([&] {
    const FamilySpec& spec =
        family_named(given(segment, "the segment"), &given(family, "the family"));
    *cells = value_count == 0 ? segment->segment.cells(spec)
                              : segment->segment.series(spec, views(values, value_count));
  });
}

char* wrm_instance_take(wrm_segment* segment, const char* domain, wrm_instance** taken) {
  return guarded([&] {
    *taken =
        new wrm_instance{&given(segment, "the segment"),
                         segment->segment.instance(
                             declared_domain(*segment, &given(domain, "the domain")).families)};
  });
}

char* wrm_instance_cells(wrm_instance* instance, const char* family, const char* const* values,
                         std::size_t value_count, std::uint64_t** cells) {
  return guarded([&] {
    const FamilySpec& spec =
        family_named(*given(instance, "the instance").owner, &given(family, "the family"));
    *cells = value_count == 0 ? instance->instance.cells(spec)
                              : instance->instance.series(spec, views(values, value_count));
  });
}

void wrm_instance_retire(wrm_instance* instance) { delete instance; }

char* wrm_segment_expose(wrm_segment* segment, const char* accept, wrm_text* exposition,
                         const char** content_type_of_it) {
  return guarded([&] {
    const std::lock_guard lock(given(segment, "the segment").mutex);
    const ExpositionFormat format = negotiate_format(accept);
    const std::string text = expose_counted(segment->segment, format);
    *exposition = text_for_caller(text);
    *content_type_of_it = content_type(format).data();
  });
}
