#pragma once

/// What std has in <thread>, for fibers.
#include <fibers/jthread.hpp>
#include <fibers/this_thread.hpp>
#include <fibers/thread.hpp>
