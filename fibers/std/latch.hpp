#pragma once

/// What std has in <latch>, for fibers.
#include <fibers/sync/latch.hpp>
