#pragma once

#include <benchmarks/support/process_figures.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cstddef>

namespace bench {

/// The figures of a million parked fibers: made before they are spawned, told when all of them are
/// parked and that they will now be woken, asked when all have ended.
class park_figures {
  public:
    static constexpr std::size_t fibers = 1'000'000;

    void all_parked() {
        bytes_ = memory_bytes(getpid()) - bytes_before_;
        mappings_ = mapping_count();
        waking_ = {};
    }

    nlohmann::json all_ended() const {
        return {{"bytes_each", static_cast<double>(bytes_) / fibers},
                {"mappings", mappings_},
                {"wake_ns_each", waking_.nanoseconds() / fibers}};
    }

  private:
    std::size_t bytes_before_ = memory_bytes(getpid());
    std::size_t bytes_ = 0;
    std::size_t mappings_ = 0;
    stopwatch waking_;
};

} // namespace bench
