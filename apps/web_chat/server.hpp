#pragma once

#include <apps/chat/options.hpp>

/// Listens, says so, and keeps the room open until SIGINT or SIGTERM.
void serve(const options& options);
