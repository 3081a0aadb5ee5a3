#include <apps/tcp_proxy/backends.hpp>

#include <apps/cli/say.hpp>

#include <algorithm>
#include <tuple>

void backend::note_success() {
    if (!up_.exchange(true))
        cli::say("{} is up\n", address_);
}

void backend::note_failure(const std::string& why) {
    if (up_.exchange(false))
        cli::say("{} is down: {}\n", address_, why);
}

backends::backends(const std::vector<std::string>& addresses, balance policy) : policy_{policy} {
    for (const std::string& address : addresses)
        all_.emplace_back(address);
}

backend* backends::next(const std::vector<backend*>& tried) noexcept {
    const std::size_t turn = turn_.fetch_add(1, std::memory_order_relaxed);
    const auto worth = [this](const backend& one) {
        const bool counts = policy_ == balance::least_connections;
        return std::tuple{!one.is_up(), counts ? one.connections() : 0};
    };
    backend* best = nullptr;
    for (std::size_t i = 0; i != all_.size(); ++i) {
        backend& one = all_[(turn + i) % all_.size()];
        if (std::ranges::find(tried, &one) == tried.end() && (!best || worth(one) < worth(*best)))
            best = &one;
    }
    return best;
}
