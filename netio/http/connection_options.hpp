#pragma once

#include <netio/http/words.hpp>

#include <fibers/sync/stop_token.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string_view>

namespace netio::http {

class request;

/// What has been answered, for an access log and metrics.
struct answered {
    const http::request* request; ///< null: none that could be read
    std::string_view peer;        ///< as serve_http() was told
    http::status status;
    std::uint64_t body_bytes;                     ///< of the answer
    std::chrono::steady_clock::duration duration; ///< from the whole header on
};

struct connection_options {
    /// Request line and fields together: 414, 431.
    std::size_t max_header_bytes = 16 * 1024;
    std::size_t max_target_bytes = 8 * 1024;
    std::size_t max_fields = 100;
    /// A handler may allow more or less for its request: 413.
    std::uint64_t max_body_bytes = 1024 * 1024;
    /// Requests on one connection; 0: any number.
    std::size_t max_requests = 0;

    /// From the first byte of a request to the end of its header: 408.
    std::chrono::milliseconds header_timeout{10'000};
    /// Without any request.
    std::chrono::milliseconds idle_timeout{60'000};
    /// How long a body may fall short of `minimum_rate`: 408.
    std::chrono::milliseconds body_timeout{20'000};
    /// In this time the peer must have read so much of an answer that it comes to `minimum_rate`.
    std::chrono::milliseconds write_timeout{20'000};
    std::size_t minimum_rate = 1024; ///< bytes per second
    /// What the peer may still send after the last answer, so that it does get that.
    std::chrono::milliseconds linger_timeout{2'000};

    /// Once this is requested, answers say `Connection: close`, and connections without a request end after
    /// `drain_grace`, in which a request that is under way arrives.
    fibers::stop_token drain = {};
    std::chrono::milliseconds drain_grace{100};

    // Both must not throw.

    /// After each answer.
    std::function<void(const answered&)> on_answer = {};
    /// What a handler has thrown. Without this, it goes to standard error.
    std::function<void(const request&, std::exception_ptr)> on_error = {};
};

} // namespace netio::http
