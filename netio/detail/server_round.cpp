#include <netio/detail/server_round.hpp>

#include <netio/detail/dns_message.hpp>
#include <netio/dns_error.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <mutex>
#include <utility>

namespace netio::detail {
namespace {

/// A further server would not know better.
bool is_final(const std::error_code& ec) noexcept {
    return !ec || ec == dns_errc::not_found || ec == dns_errc::no_data ||
           ec == dns_errc::invalid_name;
}

/// What the replies about the several types of records say together.
name_answer merge(const std::vector<raw_reply>& raw, const std::string& name,
                  std::span<const record_type> types, const endpoint& server) {
    name_answer merged{.ec = dns_errc::no_data, .records = {}, .ttl = {}, .server = server};
    bool any_failed = false;
    std::chrono::seconds negative_ttl = std::chrono::seconds::max(), positive_ttl = negative_ttl;
    for (std::size_t i = 0; i != raw.size(); ++i) {
        dns_reply reply{.ec = raw[i].ec, .records = {}};
        if (!reply.ec)
            reply = parse_dns_reply(raw[i].message, name, types[i]);
        if (!reply.ec) {
            positive_ttl = std::min(positive_ttl, reply.ttl);
            std::ranges::move(reply.records, std::back_inserter(merged.records));
        } else {
            negative_ttl = std::min(negative_ttl, reply.ttl);
            const bool failed = !is_final(reply.ec);
            if (failed || (!any_failed && reply.ec != dns_errc::no_data))
                merged.ec = reply.ec;
            any_failed |= failed;
        }
    }
    if (merged.records.empty()) {
        merged.ttl = negative_ttl;
        return merged;
    }
    merged.ec.clear();
    merged.ttl = positive_ttl;
    if (any_failed) // that should be noticed to be over
        merged.ttl = {};
    else if (negative_ttl > negative_ttl.zero()) // without a SOA record, the addresses decide
        merged.ttl = std::min(positive_ttl, negative_ttl);
    return merged;
}

} // namespace

/// A turn to ask, and what to ask with.
class server_round::place {
  public:
    explicit place(server_round& round) : round_{round} {
        round_.free_places_.acquire();
        const std::lock_guard guard{round_.lock_};
        if (round_.idle_.empty())
            return;
        exchange_ = std::move(round_.idle_.back());
        round_.idle_.pop_back();
    }
    ~place() {
        if (exchange_) {
            const std::lock_guard guard{round_.lock_};
            round_.idle_.push_back(std::move(exchange_));
        }
        round_.free_places_.release();
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    resolver_exchange& exchange() {
        if (!exchange_) {
            auto made = std::make_unique<resolver_exchange>();
            const std::lock_guard guard{round_.lock_};
            round_.idle_.reserve(round_.made_ + 1);
            ++round_.made_;
            exchange_ = std::move(made);
        }
        return *exchange_;
    }

  private:
    server_round& round_;
    std::unique_ptr<resolver_exchange> exchange_;
};

name_answer server_round::ask(const resolv_conf& rules, const std::string& name,
                              std::span<const record_type> types) {
    place mine{*this};
    const std::size_t count = rules.servers.size();
    const std::size_t first =
        rules.rotate ? first_.fetch_add(1, std::memory_order_relaxed) % count : 0;
    std::chrono::milliseconds timeout = rules.timeout;
    name_answer answer;
    for (unsigned round = 0; round != rules.tries; ++round, timeout *= 2)
        for (std::size_t i = 0; i != count; ++i) {
            const endpoint& server = rules.servers[(first + i) % count];
            answer = merge(mine.exchange().ask(server, name, types, timeout), name, types, server);
            if (is_final(answer.ec))
                return answer;
        }
    return answer;
}

} // namespace netio::detail
