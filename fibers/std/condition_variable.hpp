#pragma once

/// What std has in <condition_variable>, for fibers.
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/condition_variable_any.hpp>
#include <fibers/sync/notify_at_exit.hpp>
