#pragma once

#include <netio/detail/tls_handles.hpp>

#include <fibers/sync/mutex.hpp>

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace netio::detail {

/// The last session with each of some hosts; of the host that has been longest without one it is
/// forgotten first.
class tls_session_cache {
  public:
    explicit tls_session_cache(std::size_t hosts) noexcept : limit_{hosts} {}

    void put(const std::string& host, session_ptr);

    /// Null: there is none. A session of TLS 1.3 is good for one connection, else whoever watches
    /// could tell that two come from the same client (RFC 8446 appendix C.4); older ones stay.
    session_ptr take(const std::string& host);

  private:
    struct entry {
        std::string host;
        session_ptr session;
    };
    using entries = std::list<entry>;

    const std::size_t limit_;
    fibers::mutex mutex_; // guards the rest
    entries newest_first_;
    std::unordered_map<std::string_view, entries::iterator> by_host_;
};

} // namespace netio::detail
