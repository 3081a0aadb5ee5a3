#include <netio/detail/address_counter.hpp>

#include <algorithm>
#include <mutex>

namespace netio::detail {
namespace {

ip_address network_of(const ip_address& address) noexcept {
    const ip_address plain = address.unmapped();
    if (plain.is_v4())
        return plain;
    auto bytes = plain.to_v6_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return ip_address{bytes};
}

} // namespace

address_counter::place address_counter::enter(const ip_address& address) {
    const ip_address network = network_of(address);
    const std::scoped_lock lock{mutex_};
    auto& entry = *counts_.try_emplace(network, count{*this}).first;
    if (entry.second.connections == limit_)
        return {};
    ++entry.second.connections;
    return place{entry};
}

void address_counter::leave(counts::value_type& entry) noexcept {
    const std::scoped_lock lock{mutex_};
    if (--entry.second.connections == 0)
        counts_.erase(entry.first);
}

} // namespace netio::detail
