#pragma once

#include <netio/http/connection_options.hpp>
#include <netio/serve_counts.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

/// What has been answered, and how fast: counters, which any number of fibers add to at once.
class metrics {
  public:
    void add(const netio::http::answered&) noexcept;

    std::uint64_t requests() const noexcept;

    /// In Prometheus' text format, with what the server and the log have counted.
    std::string text(const netio::serve_counts&, std::uint64_t dropped_lines) const;

  private:
    /// In seconds; the last has no bound.
    static constexpr std::array bounds{0.0001, 0.0005, 0.001, 0.005, 0.01,
                                       0.05,   0.1,    0.5,   1.0,   5.0};

    std::array<std::atomic<std::uint64_t>, 600> by_status_{};
    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> by_duration_{};
    std::atomic<std::uint64_t> nanoseconds_ = 0;
    std::atomic<std::uint64_t> body_bytes_ = 0;
};
