#pragma once

/// What std has in <barrier>, for fibers.
#include <fibers/sync/barrier.hpp>
