#include <tests/netio/dns_messages.hpp>

#include <algorithm>
#include <cstddef>

namespace test {
namespace {

std::string u8(unsigned value) {
    return std::string(1, static_cast<char>(value));
}

std::string u16(unsigned value) {
    return u8(value >> 8) + u8(value & 0xff);
}

std::string u32(std::uint32_t value) {
    return u16(value >> 16) + u16(value & 0xffff);
}

unsigned read_u16(std::string_view message, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(message.at(i)); };
    return static_cast<unsigned>(byte(at) << 8 | byte(at + 1));
}

template <class Bytes>
std::string text_of(const Bytes& bytes, std::size_t count) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::string record(std::string_view name, netio::record_type type, std::uint32_t ttl,
                   const std::string& data) {
    return dns_name(name) + u16(static_cast<unsigned>(type)) + u16(1) + u32(ttl) +
           u16(static_cast<unsigned>(data.size())) + data;
}

} // namespace

dns_question parse_question(std::string_view message) {
    dns_question asked;
    asked.id = static_cast<std::uint16_t>(read_u16(message, 0));
    std::size_t at = 12;
    while (const std::size_t length = static_cast<unsigned char>(message.at(at))) {
        asked.name += (asked.name.empty() ? "" : ".") + std::string{message.substr(at + 1, length)};
        at += length + 1;
    }
    asked.type = static_cast<netio::record_type>(read_u16(message, at + 1));
    return asked;
}

std::string dns_name(std::string_view name) {
    std::string bytes;
    while (!name.empty()) {
        const std::string_view label = name.substr(0, name.find('.'));
        bytes += u8(static_cast<unsigned>(label.size()));
        bytes += label;
        name.remove_prefix(std::min(label.size() + 1, name.size()));
    }
    return bytes + '\0';
}

std::string a(std::string_view address) {
    return text_of(netio::ip_address::parse(address).to_v4_bytes(), 4);
}

std::string aaaa(std::string_view address) {
    return text_of(netio::ip_address::parse(address).to_v6_bytes(), 16);
}

std::string mx(std::uint16_t preference, std::string_view exchange) {
    return u16(preference) + dns_name(exchange);
}

std::string srv(std::uint16_t priority, std::uint16_t weight, std::uint16_t port,
                std::string_view target) {
    return u16(priority) + u16(weight) + u16(port) + dns_name(target);
}

std::string txt(const std::vector<std::string>& strings) {
    std::string bytes;
    for (const std::string& each : strings)
        bytes += u8(static_cast<unsigned>(each.size())) + each;
    return bytes;
}

std::string soa(std::uint32_t minimum) {
    return dns_name("ns.test") + dns_name("root.test") + u32(1) + u32(3600) + u32(600) +
           u32(86400) + u32(minimum);
}

dns_reply_message& dns_reply_message::id(std::uint16_t other) {
    asked_.id = other;
    return *this;
}

dns_reply_message& dns_reply_message::rcode(unsigned code) {
    flags_ |= code;
    return *this;
}

dns_reply_message& dns_reply_message::truncated() {
    flags_ |= 0x0200;
    return *this;
}

dns_reply_message& dns_reply_message::pretended_answers(unsigned count) {
    answers_ += count;
    return *this;
}

dns_reply_message& dns_reply_message::answer(std::string_view name, netio::record_type type,
                                             std::uint32_t ttl, const std::string& data) {
    ++answers_;
    records_ += record(name, type, ttl, data);
    return *this;
}

dns_reply_message& dns_reply_message::answer(netio::record_type type, std::uint32_t ttl,
                                             const std::string& data) {
    return answer(asked_.name, type, ttl, data);
}

dns_reply_message& dns_reply_message::authority(std::string_view zone, netio::record_type type,
                                                std::uint32_t ttl, const std::string& data) {
    ++authorities_;
    records_ += record(zone, type, ttl, data);
    return *this;
}

std::string dns_reply_message::bytes() const {
    return u16(asked_.id) + u16(flags_) + u16(1) + u16(answers_) + u16(authorities_) + u16(0) +
           dns_name(asked_.name) + u16(static_cast<unsigned>(asked_.type)) + u16(1) + records_;
}

} // namespace test
