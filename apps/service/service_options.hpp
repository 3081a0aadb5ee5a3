#pragma once

#include <apps/cli/command_line.hpp>

#include <netio/endpoint.hpp>
#include <netio/serve_options.hpp>
#include <netio/unix_endpoint.hpp>

#include <optional>

/// What every server is told.
struct service_options {
    netio::endpoint address;
    unsigned workers = 1;                              // 0: one for each processor
    std::optional<netio::unix_endpoint> handover = {}; // none: no successor is expected
    std::optional<netio::unix_endpoint> inspect = {};  // none: nobody looks inside
};

/// --address, --port, --workers, --handover and --inspect; what is not given stays as it is in `chosen`.
void add_service_options(CLI::App& app, service_options& chosen);

/// --max-connections and --drain-timeout, likewise.
void add_serve_options(CLI::App& app, netio::serve_options& chosen);
