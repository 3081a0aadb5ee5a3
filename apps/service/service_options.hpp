#pragma once

#include <apps/cli/command_line.hpp>

#include <netio/endpoint.hpp>
#include <netio/serve_options.hpp>
#include <netio/unix_endpoint.hpp>

#include <optional>
#include <string>

/// What every server is told.
struct service_options {
    netio::endpoint address;
    unsigned workers = 1;                              // 0: one for each processor
    std::optional<netio::unix_endpoint> handover = {}; // none: no successor is expected
    std::optional<netio::unix_endpoint> inspect = {};  // none: nobody looks inside
};

/// A server's certificate chain and key, PEM.
struct tls_files {
    std::string certificate;
    std::string key;
};

/// --address, --port, --workers, --handover and --inspect; what is not given stays as it is in `chosen`.
void add_service_options(CLI::App& app, service_options& chosen);

/// --max-connections and --drain-timeout, likewise.
void add_serve_options(CLI::App& app, netio::serve_options& chosen);

/// --tls, which `what_it_means` describes, and with it --certificate and --key. Without --tls there are none.
void add_tls_options(CLI::App& app, std::optional<tls_files>& chosen,
                     const std::string& what_it_means);
