#include <netio/endpoint.hpp>

#include <netio/error.hpp>

#include <bit>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <ostream>
#include <sys/socket.h>

namespace netio {
namespace {

std::uint16_t parse_port(std::string_view text, std::error_code& ec) noexcept {
    if (text.find_first_not_of("0123456789") != std::string_view::npos) {
        ec = errc::invalid_port;
        return 0;
    }
    std::uint16_t port = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), port).ec != std::errc{})
        ec = errc::port_out_of_range;
    return port;
}

// The address types of the system do not share a base; memcpy is how one is seen as another.
template <class Address>
std::size_t store(const Address& address, sockaddr_storage& native) noexcept {
    std::memcpy(&native, &address, sizeof address);
    return sizeof address;
}

template <class Address>
Address load(const sockaddr_storage& native) noexcept {
    Address address;
    std::memcpy(&address, &native, sizeof address);
    return address;
}

} // namespace

endpoint endpoint::parse(std::string_view text) {
    std::error_code ec;
    const endpoint result = parse(text, ec);
    if (ec)
        throw std::system_error{ec, "cannot parse \"" + std::string{text} + "\""};
    return result;
}

endpoint endpoint::parse(std::string_view text, std::error_code& ec) noexcept {
    ec.clear();
    const bool bracketed = text.starts_with('[');
    const std::size_t address_end = bracketed ? text.find(']') : text.find(':');
    const std::string_view address_text = text.substr(bracketed, address_end - bracketed);
    const std::string_view rest =
        address_end == text.npos ? std::string_view{} : text.substr(address_end + bracketed);

    const ip_address address = ip_address::parse(address_text, ec);
    if (ec)
        return {};
    // An unclosed bracket, "[127.0.0.1]", and rubbish between the bracket and the colon.
    if (address.is_v6() != bracketed || (bracketed && address_end == text.npos) ||
        (!rest.empty() && rest.front() != ':')) {
        ec = errc::invalid_address;
        return {};
    }
    if (rest.size() < 2) {
        ec = errc::missing_port;
        return {};
    }
    const std::uint16_t port = parse_port(rest.substr(1), ec);
    return ec ? endpoint{} : endpoint{address, port};
}

std::string endpoint::to_string() const {
    const std::string address = address_.to_string();
    return (address_.is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(port_);
}

std::ostream& operator<<(std::ostream& out, const endpoint& e) {
    return out << e.to_string();
}

std::size_t endpoint::to_native(sockaddr_storage& native) const noexcept {
    if (address_.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port_);
        v4.sin_addr = std::bit_cast<in_addr>(address_.to_v4_bytes());
        return store(v4, native);
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port_);
    v6.sin6_addr = std::bit_cast<in6_addr>(address_.to_v6_bytes());
    v6.sin6_scope_id = address_.scope_id();
    return store(v6, native);
}

endpoint endpoint::from_native(const sockaddr_storage& native) {
    std::error_code ec;
    const endpoint result = from_native(native, ec);
    if (ec)
        throw std::system_error{ec, "cannot read a socket address"};
    return result;
}

endpoint endpoint::from_native(const sockaddr_storage& native, std::error_code& ec) noexcept {
    ec.clear();
    switch (native.ss_family) {
    case AF_INET: {
        const auto v4 = load<sockaddr_in>(native);
        return {ip_address{std::bit_cast<ip_address::v4_bytes>(v4.sin_addr)}, ntohs(v4.sin_port)};
    }
    case AF_INET6: {
        const auto v6 = load<sockaddr_in6>(native);
        return {ip_address{std::bit_cast<ip_address::v6_bytes>(v6.sin6_addr), v6.sin6_scope_id},
                ntohs(v6.sin6_port)};
    }
    default:
        ec = std::make_error_code(std::errc::address_family_not_supported);
        return {};
    }
}

} // namespace netio

std::size_t std::hash<netio::endpoint>::operator()(const netio::endpoint& e) const noexcept {
    // Fibonacci hashing spreads the port over the whole word.
    constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;
    return std::hash<netio::ip_address>{}(e.address()) ^ (e.port() * golden_ratio);
}
