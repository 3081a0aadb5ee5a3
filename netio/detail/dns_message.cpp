#include <netio/detail/dns_message.hpp>

#include <netio/detail/dns_name.hpp>
#include <netio/detail/dns_reader.hpp>
#include <netio/dns_error.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace netio::detail {
namespace {

using std::chrono::seconds;

constexpr std::uint16_t internet_class = 1;

/// RFC 8767 section 4 and RFC 2308 section 5: nothing is believed for longer than that.
constexpr seconds longest_ttl = std::chrono::hours{24};
constexpr seconds longest_negative_ttl = std::chrono::hours{3};

/// More aliases in a row than any name needs.
constexpr int longest_chain = 16;

struct header {
    unsigned rcode;
    std::uint16_t questions, answers, authorities;
};

header read_header(dns_reader& from) {
    from.skip(2); // the id, which has been compared
    const std::uint16_t flags = from.u16();
    header read{.rcode = flags & 0xfU,
                .questions = from.u16(),
                .answers = from.u16(),
                .authorities = from.u16()};
    from.skip(2); // additional records, which nobody has asked for
    return read;
}

std::error_code error_of(unsigned rcode) noexcept {
    switch (rcode) {
    case 0:
        return {};
    case 1:
    case 4:
        return dns_errc::not_implemented;
    case 3:
        return dns_errc::not_found;
    case 5:
        return dns_errc::refused;
    default:
        return dns_errc::server_failure;
    }
}

ip_address read_v4(dns_reader& from) {
    ip_address::v4_bytes bytes;
    std::ranges::copy(from.bytes(bytes.size()), bytes.begin());
    return ip_address{bytes};
}

ip_address read_v6(dns_reader& from) {
    ip_address::v6_bytes bytes;
    std::ranges::copy(from.bytes(bytes.size()), bytes.begin());
    return ip_address{bytes};
}

srv_record read_srv(dns_reader& from) {
    srv_record srv;
    srv.priority = from.u16();
    srv.weight = from.u16();
    srv.port = from.u16();
    srv.target = from.name();
    return srv;
}

mx_record read_mx(dns_reader& from) {
    mx_record mx;
    mx.preference = from.u16();
    mx.exchange = from.name();
    return mx;
}

soa_record read_soa(dns_reader& from) {
    soa_record soa;
    soa.primary = from.name();
    soa.mailbox = from.name();
    soa.serial = from.u32();
    for (seconds* const each : {&soa.refresh, &soa.retry, &soa.expire, &soa.minimum})
        *each = seconds{from.u32()};
    return soa;
}

txt_record read_txt(dns_reader& from, std::size_t end) {
    txt_record strings;
    while (from.position() < end) {
        const auto bytes = from.bytes(from.u8());
        strings.emplace_back(bytes.begin(), bytes.end());
    }
    return strings;
}

/// The data of a record; nothing where its type is none that we know.
std::optional<decltype(dns_record::data)> read_data(dns_reader& from, record_type type,
                                                    std::size_t end) {
    switch (type) {
    case record_type::a:
        return read_v4(from);
    case record_type::aaaa:
        return read_v6(from);
    case record_type::ns:
    case record_type::cname:
    case record_type::ptr:
        return from.name();
    case record_type::mx:
        return read_mx(from);
    case record_type::srv:
        return read_srv(from);
    case record_type::soa:
        return read_soa(from);
    case record_type::txt:
        return read_txt(from, end);
    }
    return std::nullopt;
}

/// Throws malformed_message. Nothing: a record of a kind that we don't know.
std::optional<dns_record> read_record(dns_reader& from) {
    std::string name = from.name();
    const auto type = static_cast<record_type>(from.u16());
    const std::uint16_t its_class = from.u16();
    const std::uint32_t ttl = from.u32();
    const std::size_t size = from.u16();
    const std::size_t end = from.position() + size;

    std::optional<dns_record> record;
    if (its_class != internet_class) {
        from.skip(size);
    } else if (auto data = read_data(from, type, end)) {
        // RFC 2181 section 8: a TTL of which the highest bit is set counts as none.
        record = {std::move(name), type, ttl >> 31 ? seconds{} : seconds{ttl}, *std::move(data)};
        if (from.position() != end)
            throw malformed_message{};
    } else {
        from.skip(size);
    }
    return record;
}

std::vector<dns_record> read_records(dns_reader& from, std::size_t count) {
    std::vector<dns_record> records;
    for (; count != 0; --count)
        if (auto record = read_record(from))
            records.push_back(*std::move(record));
    return records;
}

const std::string* alias_of(const std::vector<dns_record>& records, std::string_view name,
                            dns_reply& reply) {
    for (const dns_record& each : records)
        if (each.type == record_type::cname && same_dns_name(each.name, name)) {
            reply.records.push_back(each);
            return &std::get<std::string>(each.data);
        }
    return nullptr;
}

/// Picks what was asked for: the records of the name, or of that which it is an alias of.
void pick(const std::vector<dns_record>& records, std::string_view name, record_type type,
          dns_reply& reply) {
    for (int aliases = 0; aliases != longest_chain; ++aliases) {
        bool found = false;
        for (const dns_record& each : records)
            if (each.type == type && same_dns_name(each.name, name)) {
                reply.records.push_back(each);
                found = true;
            }
        if (found)
            return;
        const std::string* const target = alias_of(records, name, reply);
        if (!target) {
            reply.ec = dns_errc::no_data;
            return;
        }
        name = *target;
    }
    reply.ec = dns_errc::alias_loop;
}

seconds least_ttl(const std::vector<dns_record>& records) {
    seconds least = longest_ttl;
    for (const dns_record& each : records)
        least = std::min(least, each.ttl);
    return least;
}

/// RFC 2308 section 5: by the zone's SOA record; without one that nothing is there is not kept.
seconds negative_ttl(const std::vector<dns_record>& authorities) {
    for (const dns_record& each : authorities)
        if (const auto* const soa = std::get_if<soa_record>(&each.data))
            return std::min({each.ttl, soa->minimum, longest_negative_ttl});
    return {};
}

dns_reply parse(dns_reader from, std::string_view name, record_type type) {
    const header head = read_header(from);
    dns_reply reply{.ec = error_of(head.rcode), .records = {}};
    if (reply.ec && reply.ec != dns_errc::not_found)
        return reply;
    for (unsigned i = 0; i != head.questions; ++i) {
        from.name();
        from.skip(4);
    }
    const auto answers = read_records(from, head.answers);
    if (!reply.ec)
        pick(answers, name, type, reply);
    if (!reply.ec) {
        reply.ttl = least_ttl(reply.records);
        return reply;
    }
    reply.records.clear();
    if (reply.ec != dns_errc::alias_loop)
        reply.ttl = negative_ttl(read_records(from, head.authorities));
    return reply;
}

} // namespace

dns_reply parse_dns_reply(std::span<const std::uint8_t> message, std::string_view name,
                          record_type type) {
    try {
        return parse(dns_reader{message}, name, type);
    } catch (const malformed_message&) {
        return {.ec = dns_errc::malformed_reply, .records = {}};
    }
}

} // namespace netio::detail
