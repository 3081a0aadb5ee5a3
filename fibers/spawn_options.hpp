#pragma once

#include <string>

namespace fibers {

/// What may be said of a fiber when it is spawned.
struct spawn_options {
    /// For reports and debuggers.
    std::string name = {};
};

} // namespace fibers
