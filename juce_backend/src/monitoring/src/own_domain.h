/// A domain whose families are described at run time, for languages that call C.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "whiteroom/monitoring/generated/domains.h"
#include "whiteroom/monitoring/segment_c.h"

/// Everything that a family's description refers to is here, where it stays.
struct wrm_domain {
  /// Throws PreparationError for a name that no domain may have.
  explicit wrm_domain(std::string name);

  struct Label {
    std::string name;
    std::vector<std::string> values;
    std::vector<std::string_view> views;
    std::uint32_t max_series;
  };
  struct Family {
    std::string name;
    std::string help;
    std::string unit;
    std::deque<Label> labels;
    std::vector<whiteroom::monitoring::LabelSpec> label_specs;
    std::vector<double> bounds;
    wrm_family_form form;
  };

  struct Field {
    std::string name;
    std::uint32_t type;
    std::vector<std::string> values;
    std::vector<std::string_view> views;
  };
  struct Event {
    std::string name;
    std::uint8_t level;
    std::string message;
    std::deque<Field> fields;
    std::vector<whiteroom::monitoring::LogFieldSpec> field_specs;
  };

  /// Return the domain as the core knows one. From now on it stays as it is.
  const whiteroom::monitoring::Domain& described();
  /// Add a family, a label of the family that was added last, or its bounds. They throw
  /// PreparationError for what can't be, and when a segment has the domain.
  void add(Family family);
  void add(Label label);
  /// Add an event, or a field of the event that was added last. They throw as the others do.
  void add(Event event);
  void add(Field field);
  void set_bounds(std::vector<double> bounds);

 private:
  void require_open() const;
  Family& last();
  [[noreturn]] void refuse(const Family& family, const std::string& problem) const;
  void require_room(const Family& family) const;

  std::mutex mutex_;  ///< of all that follows
  std::string name_;
  std::deque<Family> families_;
  std::vector<whiteroom::monitoring::FamilySpec> specs_;
  std::deque<Event> events_;
  std::vector<whiteroom::monitoring::LogEventSpec> event_specs_;
  whiteroom::monitoring::Domain domain_{};
  bool is_described_ = false;
};
