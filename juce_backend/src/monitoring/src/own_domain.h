/// A domain whose families are described at run time, for languages that call C.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "whiteroom/monitoring/generated/domains.h"
#include "whiteroom/monitoring/segment_c.h"

/// Everything that a family's description refers to is here, where it stays.
struct wrm_domain {
  explicit wrm_domain(std::string own_name) : name(std::move(own_name)) {}

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

  /// Return the domain as the core knows one. From now on it stays as it is.
  const whiteroom::monitoring::Domain& described();
  /// Return the family that was added last. Throws PreparationError.
  Family& last();

  std::string name;
  std::deque<Family> families;
  std::vector<whiteroom::monitoring::FamilySpec> specs;
  whiteroom::monitoring::Domain domain{};
  bool is_described = false;
};
