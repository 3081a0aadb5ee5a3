#pragma once

#include <netio/unique_descriptor.hpp>

#include <string>

namespace netio {

/// What another process has opened for this one, and what it calls it.
struct passed_descriptor {
    std::string name;
    unique_descriptor descriptor;
};

} // namespace netio
