#pragma once

#include <netio/ip_address.hpp>

#include <optional>
#include <vector>

namespace netio::detail {

/// The address from which packets to another one are sent; nothing where there is no way to it.
std::optional<ip_address> source_address_for(const ip_address& destination) noexcept;

/// Sorts addresses by RFC 6724 section 6, those first that can best be reached; equally good ones keep
/// their order. `source_for` tells where packets come from. Rules 3, 4 and 7, which need to know more
/// than that, are left out; rule 9 is not for IPv4, where it would undo the servers' round robin.
void sort_by_reachability(
    std::vector<ip_address>& addresses,
    std::optional<ip_address> (*source_for)(const ip_address&) = source_address_for);

} // namespace netio::detail
