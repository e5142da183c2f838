#include "whiteroom/monitoring/lost.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::detail {

constinit std::array<std::uint64_t, WRM_LOST_REASONS> lost_without_segment{};
constinit std::atomic<std::uint64_t*> process_lost{lost_without_segment.data()};
constinit std::atomic<bool> asserts_mistakes{true};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::detail
