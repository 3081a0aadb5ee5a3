#pragma once

/// What std has in <semaphore>, for fibers.
#include <fibers/sync/semaphore.hpp>
