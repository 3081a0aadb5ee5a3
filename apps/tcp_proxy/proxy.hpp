#pragma once

#include <apps/tcp_proxy/options.hpp>

/// Forwards until SIGINT or SIGTERM, lets the connections finish, and reports.
void run_proxy(const options& chosen);
