#include <netio/connect.hpp>

#include <netio/detail/connection_race.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/error.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace netio {
namespace {

struct destination {
    std::string_view host;
    std::uint16_t port = 0;
};

destination parse_destination(std::string_view text, std::error_code& ec) {
    const std::size_t colon = text.rfind(':');
    if (colon == text.npos) {
        ec = errc::missing_port;
        return {};
    }
    const std::string_view host = text.substr(0, colon);
    if (host.empty()) {
        ec = errc::missing_host;
        return {};
    }
    // Those belong to literals, and this is none.
    if (host.find_first_of("[]:") != host.npos) {
        ec = errc::invalid_address;
        return {};
    }
    const std::string any_host = "0.0.0.0" + std::string{text.substr(colon)};
    return {host, endpoint::parse(any_host, ec).port()};
}

/// What the text says, if it is an endpoint; else nothing.
std::optional<endpoint> parse_literal(std::string_view text) {
    std::error_code ec;
    const endpoint literal = endpoint::parse(text, ec);
    return ec ? std::nullopt : std::optional{literal};
}

bool is_unix(std::string_view address) noexcept {
    return address.starts_with("unix:");
}

unix_stream connect_unix(std::string_view address, std::error_code& ec) {
    const unix_endpoint remote = unix_endpoint::parse(address, ec);
    return ec ? unix_stream{} : unix_stream::connect(remote, ec);
}

std::string description(const std::string& whom, const std::vector<failed_attempt>& attempts) {
    std::string text = "cannot connect to " + whom;
    const char* separator = " (";
    for (const failed_attempt& each : attempts) {
        text += separator + each.remote.to_string() + ": " + each.ec.message();
        separator = "; ";
    }
    return attempts.empty() ? text : text + ')';
}

std::string names_of(std::span<const endpoint> remotes) {
    return remotes.size() == 1 ? remotes.front().to_string() : "any address";
}

/// The throwing form of what all calls come to in the end.
tcp_stream race_or_throw(std::span<const endpoint> remotes, const std::string& whom) {
    detail::connection_race race{remotes};
    std::error_code ec;
    tcp_stream won = race.run(ec);
    if (ec)
        throw connect_error{whom, ec, std::move(race.failed())};
    return won;
}

} // namespace

connect_error::connect_error(const std::string& whom, const std::error_code& ec,
                             std::vector<failed_attempt> attempts)
    : std::system_error{ec, description(whom, attempts)}
    , attempts_{std::make_shared<const std::vector<failed_attempt>>(std::move(attempts))} {}

tcp_stream connect(std::string_view host_and_port) {
    if (const auto literal = parse_literal(host_and_port))
        return tcp_stream::connect(*literal);
    resolver names;
    return connect(host_and_port, names);
}

tcp_stream connect(std::string_view host_and_port, std::error_code& ec) {
    if (const auto literal = parse_literal(host_and_port))
        return tcp_stream::connect(*literal, ec);
    resolver names;
    return connect(host_and_port, names, ec);
}

tcp_stream connect(std::string_view host_and_port, resolver& names) {
    if (const auto literal = parse_literal(host_and_port))
        return tcp_stream::connect(*literal);
    const std::string whom{host_and_port};
    const auto [host, port] =
        detail::or_throw([&](std::error_code& ec) { return parse_destination(host_and_port, ec); },
                         [&] { return "cannot connect to " + whom; });
    return race_or_throw(detail::by_turns(names.lookup(host), port), whom);
}

tcp_stream connect(std::string_view host_and_port, resolver& names, std::error_code& ec) {
    if (const auto literal = parse_literal(host_and_port))
        return tcp_stream::connect(*literal, ec);
    ec.clear();
    const auto [host, port] = parse_destination(host_and_port, ec);
    if (ec)
        return {};
    const auto addresses = names.lookup(host, ec);
    if (ec)
        return {};
    return connect_any(detail::by_turns(addresses, port), ec);
}

any_connection connect_to(std::string_view address) {
    if (is_unix(address))
        return unix_stream::connect(address);
    return connect(address);
}

any_connection connect_to(std::string_view address, std::error_code& ec) {
    if (is_unix(address))
        return connect_unix(address, ec);
    return connect(address, ec);
}

any_connection connect_to(std::string_view address, resolver& names) {
    if (is_unix(address))
        return unix_stream::connect(address);
    return connect(address, names);
}

any_connection connect_to(std::string_view address, resolver& names, std::error_code& ec) {
    if (is_unix(address))
        return connect_unix(address, ec);
    return connect(address, names, ec);
}

tcp_stream connect_any(std::span<const endpoint> remotes) {
    return race_or_throw(remotes, names_of(remotes));
}

tcp_stream connect_any(std::span<const endpoint> remotes, std::error_code& ec) {
    return detail::connection_race{remotes}.run(ec);
}

} // namespace netio
