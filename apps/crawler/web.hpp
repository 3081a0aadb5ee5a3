#pragma once

#include <apps/crawler/url.hpp>

#include <chrono>
#include <cstddef>
#include <string>

/// The answer to a request.
struct response {
    int status = 200;
    std::string body;
};

/// A web to crawl, made up: so many hosts with so many pages, always the same, that link to each
/// other and now and then to a page that does not exist. An answer takes its time, in which the
/// calling thread blocks, as in a library for HTTP.
///
/// *May be used by* all threads at once.
class web {
  public:
    web(std::size_t hosts, std::size_t pages, std::chrono::milliseconds latency)
        : hosts_{hosts}, pages_{pages}, latency_{latency} {}

    std::size_t hosts() const noexcept { return hosts_; }

    response get(const url&) const;

    /// The host's robots.txt, RFC 9309.
    response get_robots(std::size_t host) const;

  private:
    /// Sleeps for a time around the latency, always the same for the same request.
    void travel(std::size_t seed) const;

    const std::size_t hosts_;
    const std::size_t pages_;
    const std::chrono::milliseconds latency_;
};
