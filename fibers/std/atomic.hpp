#pragma once

/// What std has in <atomic>, for fibers.
#include <fibers/sync/atomic.hpp>
