#pragma once

#include <netio/endpoint.hpp>

#include <cstddef>

struct options {
    netio::endpoint address;
    unsigned workers;
    std::size_t queue; // lines that a member may be behind
};

/// What the program is called, and what it does, is for --help. Ends the process where the command line makes no
/// sense.
options options_from(int argc, char** argv, const char* name, const char* description);
