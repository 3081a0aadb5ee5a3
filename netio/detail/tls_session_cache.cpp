#include <netio/detail/tls_session_cache.hpp>

#include <mutex>
#include <utility>

namespace netio::detail {

void tls_session_cache::put(const std::string& host, session_ptr session) {
    if (limit_ == 0)
        return;
    const std::scoped_lock lock{mutex_};
    if (const auto known = by_host_.find(host); known != by_host_.end()) {
        known->second->session = std::move(session);
        newest_first_.splice(newest_first_.begin(), newest_first_, known->second);
        return;
    }
    newest_first_.push_front({host, std::move(session)});
    by_host_.emplace(newest_first_.front().host, newest_first_.begin());
    if (newest_first_.size() > limit_) {
        by_host_.erase(newest_first_.back().host);
        newest_first_.pop_back();
    }
}

session_ptr tls_session_cache::take(const std::string& host) {
    const std::scoped_lock lock{mutex_};
    const auto known = by_host_.find(host);
    if (known == by_host_.end())
        return nullptr;
    const auto where = known->second;
    if (SSL_SESSION_get_protocol_version(where->session.get()) < TLS1_3_VERSION) {
        SSL_SESSION_up_ref(where->session.get());
        return session_ptr{where->session.get()};
    }
    session_ptr session = std::move(where->session);
    by_host_.erase(known);
    newest_first_.erase(where);
    return session;
}

} // namespace netio::detail
