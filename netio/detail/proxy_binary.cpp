#include <netio/detail/proxy_binary.hpp>

#include <netio/detail/proxy_addresses.hpp>
#include <netio/proxy_error.hpp>

#include <boost/crc.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

namespace netio::detail {
namespace {

// Command, family and transport, as half bytes.
constexpr unsigned local = 0, proxied = 1;
constexpr unsigned unspecified = 0, internet_v4 = 1, internet_v6 = 2, unix_socket = 3;
constexpr unsigned stream_transport = 1, datagram_transport = 2;

constexpr std::size_t port_size = 2;
constexpr std::size_t unix_size = 108;

constexpr std::uint8_t checksum_type = 0x03, padding_type = 0x04;
constexpr std::size_t checksum_size = 4;

/// Bytes to be taken from the front, as many as there are.
class byte_reader {
  public:
    explicit byte_reader(const_buffer bytes) noexcept : left_{bytes} {}

    bool has(std::size_t count) const noexcept { return left_.size() >= count; }
    bool is_empty() const noexcept { return left_.empty(); }

    const_buffer bytes(std::size_t count) noexcept {
        const const_buffer taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

    std::size_t number(std::size_t size) noexcept {
        std::size_t value = 0;
        for (const std::byte each : bytes(size))
            value = value << 8 | std::to_integer<std::size_t>(each);
        return value;
    }

  private:
    const_buffer left_;
};

void append_number(std::string& to, std::size_t value, std::size_t size) {
    while (size-- != 0)
        to += static_cast<char>(value >> 8 * size & 0xff);
}

/// CRC-32C (RFC 3720 appendix B.4) of the header, as if the checksum in it were 0.
std::uint32_t checksum_of(const_buffer header, const_buffer checksum) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    const std::uint32_t zero = 0;
    crc.process_block(header.data(), checksum.data());
    crc.process_bytes(&zero, checksum_size);
    crc.process_block(checksum.data() + checksum.size(), header.data() + header.size());
    return crc.checksum();
}

template <class Bytes>
ip_address parse_address(byte_reader& from) {
    Bytes bytes;
    std::memcpy(bytes.data(), from.bytes(bytes.size()).data(), bytes.size());
    return ip_address{bytes};
}

template <class Bytes>
void parse_internet_ends(byte_reader& from, proxy_header& header) {
    const auto source = parse_address<Bytes>(from);
    const auto destination = parse_address<Bytes>(from);
    header.source = endpoint{source, static_cast<std::uint16_t>(from.number(port_size))};
    header.destination = endpoint{destination, static_cast<std::uint16_t>(from.number(port_size))};
}

/// A path, or a 0 and an abstract name, and then zeros.
unix_endpoint parse_unix_end(byte_reader& from, std::error_code& ec) {
    const const_buffer bytes = from.bytes(unix_size);
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const std::size_t last = text.find_last_not_of('\0');
    if (last == text.npos)
        return {};
    if (text.front() == '\0')
        return unix_endpoint::from_abstract_name(text.substr(1, last), ec);
    return unix_endpoint::from_path(text.substr(0, text.find('\0')), ec);
}

void parse_ends(unsigned family, byte_reader& from, proxy_header& header, std::error_code& ec) {
    switch (family) {
    case unspecified:
        return;
    case internet_v4:
        if (from.has(2 * (sizeof(ip_address::v4_bytes) + port_size)))
            return parse_internet_ends<ip_address::v4_bytes>(from, header);
        break;
    case internet_v6:
        if (from.has(2 * (sizeof(ip_address::v6_bytes) + port_size)))
            return parse_internet_ends<ip_address::v6_bytes>(from, header);
        break;
    case unix_socket:
        if (!from.has(2 * unix_size))
            break;
        header.source = parse_unix_end(from, ec);
        if (!ec)
            header.destination = parse_unix_end(from, ec);
        if (!ec)
            return;
        break;
    default:
        break;
    }
    ec = proxy_errc::malformed;
}

void parse_attributes(const_buffer whole, byte_reader& from, proxy_header& header,
                      std::error_code& ec) {
    while (!from.is_empty()) {
        if (!from.has(3)) {
            ec = proxy_errc::malformed;
            return;
        }
        const auto type = static_cast<std::uint8_t>(from.number(1));
        const std::size_t size = from.number(2);
        if (!from.has(size) || (type == checksum_type && size != checksum_size)) {
            ec = proxy_errc::malformed;
            return;
        }
        const const_buffer value = from.bytes(size);
        if (type == checksum_type) {
            if (byte_reader{value}.number(checksum_size) != checksum_of(whole, value)) {
                ec = proxy_errc::wrong_checksum;
                return;
            }
        } else if (type != padding_type) {
            header.attributes.push_back({type, {value.begin(), value.end()}});
        }
    }
}

template <class Bytes>
void append_bytes(std::string& to, const Bytes& bytes) {
    to.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void append_unix_end(std::string& to, const unix_endpoint& end) {
    const std::size_t begin = to.size();
    if (end.is_abstract())
        (to += '\0') += end.abstract_name();
    else
        to += end.path();
    to.resize(begin + unix_size, '\0');
}

/// Appends the addresses, where there are two that go together; returns of which family.
unsigned append_ends(std::string& to, const proxy_header& header) {
    if (const auto ends = internet_ends(header)) {
        const auto& [source, destination] = *ends;
        const bool is_v4 = source.address().is_v4();
        for (const auto& end : {source, destination})
            if (is_v4)
                append_bytes(to, end.address().to_v4_bytes());
            else
                append_bytes(to, end.address().to_v6_bytes());
        for (const auto& end : {source, destination})
            append_number(to, end.port(), port_size);
        return is_v4 ? internet_v4 : internet_v6;
    }
    const auto* const source = std::get_if<unix_endpoint>(&header.source);
    const auto* const destination = std::get_if<unix_endpoint>(&header.destination);
    if (header.is_local || !source || !destination)
        return unspecified;
    append_unix_end(to, *source);
    append_unix_end(to, *destination);
    return unix_socket;
}

} // namespace

bool is_proxy_version_2(const_buffer prefix) noexcept {
    return std::to_integer<unsigned>(prefix[12]) >> 4 == 2;
}

std::size_t proxy_binary_size(const_buffer prefix) noexcept {
    return proxy_binary_prefix + byte_reader{prefix.subspan(14)}.number(2);
}

proxy_header parse_proxy_binary(const_buffer header, std::error_code& ec) {
    byte_reader from{header.subspan(proxy_binary_prefix)};
    const auto command = std::to_integer<unsigned>(header[12]) & 0xf;
    const auto family = std::to_integer<unsigned>(header[13]) >> 4;
    const auto transport = std::to_integer<unsigned>(header[13]) & 0xf;
    // Of these nothing counts that follows, not even whether it makes sense.
    if (command == local)
        return {.is_local = true};
    if (command != proxied || transport > datagram_transport) {
        ec = proxy_errc::malformed;
        return {};
    }
    proxy_header parsed{.has_datagrams = transport == datagram_transport};
    parse_ends(family, from, parsed, ec);
    if (!ec && family != unspecified)
        parse_attributes(header, from, parsed, ec);
    return ec ? proxy_header{} : parsed;
}

std::string format_proxy_binary(const proxy_header& header, std::error_code& ec) {
    std::string rest;
    const unsigned family = append_ends(rest, header);
    for (const auto& [type, value] : header.attributes) {
        append_number(rest, type, 1);
        append_number(rest, value.size(), 2);
        append_bytes(rest, value);
    }
    if (rest.size() > std::numeric_limits<std::uint16_t>::max()) {
        ec = std::make_error_code(std::errc::message_size);
        return {};
    }
    const unsigned transport = family == unspecified  ? unspecified
                               : header.has_datagrams ? datagram_transport
                                                      : stream_transport;
    std::string bytes{proxy_binary_signature};
    append_number(bytes, 2 << 4 | (header.is_local ? local : proxied), 1);
    append_number(bytes, family << 4 | transport, 1);
    append_number(bytes, rest.size(), 2);
    return bytes + rest;
}

} // namespace netio::detail
