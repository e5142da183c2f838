/// Real-time scheduling of the calling thread.
#pragma once

namespace whiteroom::engine::driver {

/// Ask for SCHED_FIFO; return whether it is in force. Not allowed everywhere: see limits.conf(5).
bool request_realtime() noexcept;

bool realtime_in_force() noexcept;

}  // namespace whiteroom::engine::driver
