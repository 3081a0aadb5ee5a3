#pragma once

/// What std has in <stop_token>, for fibers.
#include <fibers/sync/stop_token.hpp>
