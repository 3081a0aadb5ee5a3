#pragma once

/// What std has in <future>, for fibers.
#include <fibers/async.hpp>
#include <fibers/sync/future.hpp>
#include <fibers/sync/packaged_task.hpp>
#include <fibers/sync/promise.hpp>
