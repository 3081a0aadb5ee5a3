#pragma once

#include <apps/weft_top/screen.hpp>

#include <netio/unix_endpoint.hpp>

#include <chrono>

struct options {
    netio::unix_endpoint where;
    std::chrono::milliseconds interval;
    bool once;
    order sorted_by;
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
