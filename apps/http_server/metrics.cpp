#include <apps/http_server/metrics.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string_view>

namespace {

void begin(std::string& text, std::string_view name, std::string_view type, std::string_view help) {
    fmt::format_to(std::back_inserter(text), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void add_one(std::string& text, std::string_view name, std::string_view type, std::string_view help,
             std::uint64_t value) {
    begin(text, name, type, help);
    fmt::format_to(std::back_inserter(text), "{} {}\n", name, value);
}

} // namespace

void metrics::add(const netio::http::answered& done) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    const double seconds = std::chrono::duration<double>{done.duration}.count();
    const auto bucket =
        static_cast<std::size_t>(std::ranges::lower_bound(bounds, seconds) - bounds.begin());
    by_status_[std::min<std::size_t>(static_cast<unsigned>(done.status), by_status_.size() - 1)]
        .fetch_add(1, relaxed);
    by_duration_[bucket].fetch_add(1, relaxed);
    nanoseconds_.fetch_add(
        static_cast<std::uint64_t>(std::chrono::nanoseconds{done.duration}.count()), relaxed);
    body_bytes_.fetch_add(done.body_bytes, relaxed);
}

std::uint64_t metrics::requests() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& count : by_status_)
        sum += count;
    return sum;
}

std::string metrics::text(const netio::serve_counts& connections,
                          std::uint64_t dropped_lines) const {
    std::string text;
    const auto out = std::back_inserter(text);
    begin(text, "http_requests_total", "counter", "Requests that were answered, by status.");
    for (std::size_t status = 0; status != by_status_.size(); ++status)
        if (const std::uint64_t count = by_status_[status])
            fmt::format_to(out, "http_requests_total{{status=\"{}\"}} {}\n", status, count);

    begin(text, "http_request_duration_seconds", "histogram",
          "From the end of a request's header to its answer.");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i != by_duration_.size(); ++i) {
        sum += by_duration_[i];
        const std::string bound = i == bounds.size() ? "+Inf" : fmt::format("{}", bounds[i]);
        fmt::format_to(out, "http_request_duration_seconds_bucket{{le=\"{}\"}} {}\n", bound, sum);
    }
    fmt::format_to(out, "http_request_duration_seconds_sum {}\n",
                   1e-9 * static_cast<double>(nanoseconds_.load()));
    fmt::format_to(out, "http_request_duration_seconds_count {}\n", sum);

    add_one(text, "http_response_body_bytes_total", "counter", "Bytes of the answers' bodies.",
            body_bytes_);
    add_one(text, "http_connections_open", "gauge", "Connections at the moment.",
            connections.open());
    add_one(text, "http_connections_accepted_total", "counter", "Connections that were accepted.",
            connections.accepted);
    add_one(text, "http_connections_refused_total", "counter",
            "Connections that were refused, since their address had too many.",
            connections.refused);
    add_one(text, "http_access_log_dropped_total", "counter",
            "Lines of the access log that were dropped, since it did not keep up.", dropped_lines);
    return text;
}
