#include "whiteroom/monitoring/negotiation.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// Call `visit` for each piece of `text` between separators, trimmed.
template <class Visit>
void split(std::string_view text, char separator, const Visit& visit) {
  for (;;) {
    const std::size_t end = text.find(separator);
    visit(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return made;
}

/// One alternative of a header: its name, its quality, and its version if it names one.
struct Choice {
  std::string name;
  double quality = 1;
  std::string version;
};

double quality_from(std::string_view text) {
  double quality = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), quality);
  const bool sound = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return sound && quality >= 0 && quality <= 1 ? quality : 0;
}

std::vector<Choice> choices_of(std::string_view header) {
  std::vector<Choice> choices;
  split(header, ',', [&](std::string_view item) {
    if (item.empty()) return;
    Choice choice;
    bool named = false;
    split(item, ';', [&](std::string_view part) {
      const std::size_t equals = part.find('=');
      const std::string key = lower(trimmed(part.substr(0, equals)));
      if (!std::exchange(named, true)) {
        choice.name = key;
      } else if (equals != std::string_view::npos) {
        const std::string_view value = trimmed(part.substr(equals + 1));
        if (key == "q") choice.quality = quality_from(value);
        if (key == "version") choice.version = value;
      }
    });
    choices.push_back(std::move(choice));
  });
  return choices;
}

/// A format's media type, its wildcard, and the versions of it that we write.
struct Offer {
  std::string_view type;
  std::string_view group;
  std::string_view versions[2];
};

constexpr Offer kText{"text/plain", "text/*", {"0.0.4", "0.0.4"}};
constexpr Offer kOpenMetrics{"application/openmetrics-text", "application/*", {"1.0.0", "0.0.1"}};

/// How welcome an offer is: the quality of the most specific range that it falls under.
double welcome(const Offer& offer, const std::vector<Choice>& choices) {
  double quality = 0;
  int specific = 0;
  for (const Choice& choice : choices) {
    int fits = 0;
    if (choice.name == "*/*") fits = 1;
    if (choice.name == offer.group) fits = 2;
    const bool ours = choice.version.empty() || choice.version == offer.versions[0] ||
                      choice.version == offer.versions[1];
    if (choice.name == offer.type && ours) fits = 3;
    if (fits == 0 || fits < specific) continue;
    quality = fits > specific ? choice.quality : std::max(quality, choice.quality);
    specific = fits;
  }
  return quality;
}

}  // namespace

ExpositionFormat negotiate_format(std::string_view accept) {
  const std::vector<Choice> choices = choices_of(accept);
  return welcome(kOpenMetrics, choices) > welcome(kText, choices) ? ExpositionFormat::open_metrics
                                                                  : ExpositionFormat::text;
}

bool accepts_gzip(std::string_view accept_encoding) {
  double any = 0;
  for (const Choice& choice : choices_of(accept_encoding)) {
    if (choice.name == "gzip" || choice.name == "x-gzip") return choice.quality > 0;
    if (choice.name == "*") any = choice.quality;
  }
  return any > 0;
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI
