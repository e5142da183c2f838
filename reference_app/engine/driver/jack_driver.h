/// Lets a JACK server call the client. https://jackaudio.org/api/
#pragma once

#include <memory>

#include "driver/driver.h"

namespace whiteroom::engine::driver {

/// A client of the JACK server that $JACK_DEFAULT_SERVER names; it never starts one. Sample rate
/// and buffer size are the server's. Throws DriverError when no server answers.
std::unique_ptr<Driver> open_jack(Client& client);

}  // namespace whiteroom::engine::driver
