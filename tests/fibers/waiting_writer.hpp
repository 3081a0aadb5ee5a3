#pragma once

#include <tests/fibers/liveness.hpp>

#include <gtest/gtest.h>

namespace test {

/// Whoever reads while somebody waits to write finds this out by the failure of others to read.
template <class SharedMutex>
void wait_for_a_writer_to_wait(SharedMutex& m) {
    ASSERT_TRUE(eventually([&] {
        const bool nobody_waits = m.try_lock_shared();
        if (nobody_waits)
            m.unlock_shared();
        return !nobody_waits;
    }));
}

} // namespace test
