#include <apps/tcp_proxy/backends.hpp>

#include <apps/cli/say.hpp>

#include <algorithm>

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

std::vector<backend*> backends::untried(const std::vector<backend*>& tried, bool up) {
    std::vector<backend*> found;
    for (backend& one : all_)
        if (one.is_up() == up && std::ranges::find(tried, &one) == tried.end())
            found.push_back(&one);
    return found;
}

backend* backends::next(const std::vector<backend*>& tried) {
    std::vector<backend*> candidates = untried(tried, true);
    if (candidates.empty())
        candidates = untried(tried, false);
    if (candidates.empty())
        return nullptr;
    // Among those that there are, so that who stands behind one that is down does not get its share, too.
    const std::size_t turn = turn_.fetch_add(1, std::memory_order_relaxed) % candidates.size();
    std::ranges::rotate(candidates, candidates.begin() + static_cast<std::ptrdiff_t>(turn));
    if (policy_ == balance::round_robin)
        return candidates.front();
    return *std::ranges::min_element(candidates, {}, &backend::connections);
}
