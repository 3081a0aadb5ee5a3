#include <netio/detail/proxy_addresses.hpp>

namespace netio::detail {

std::optional<std::pair<endpoint, endpoint>> internet_ends(const proxy_header& header) noexcept {
    const auto* const source = std::get_if<endpoint>(&header.source);
    const auto* const destination = std::get_if<endpoint>(&header.destination);
    if (header.is_local || !source || !destination)
        return std::nullopt;
    const bool is_v4 =
        source->address().unmapped().is_v4() && destination->address().unmapped().is_v4();
    const auto as_written = [is_v4](const endpoint& end) {
        const ip_address& address = end.address();
        return endpoint{is_v4 ? address.unmapped() : ip_address{address.mapped().to_v6_bytes()},
                        end.port()};
    };
    return std::pair{as_written(*source), as_written(*destination)};
}

} // namespace netio::detail
