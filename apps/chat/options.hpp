#pragma once

#include <apps/service/service_options.hpp>

#include <cstddef>

struct options {
    service_options service;
    std::size_t queue; // lines that a member may be behind
};

/// What the program is called, and what it does, is for --help. Ends the process where the command line makes no
/// sense.
options options_from(int argc, char** argv, const char* name, const char* description);
