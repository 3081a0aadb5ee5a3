#include <netio/detail/dns_reader.hpp>

namespace netio::detail {
namespace {

constexpr std::size_t longest_name = 255; // bytes, RFC 1035 section 2.3.4

void append_escaped(std::string& text, std::span<const std::uint8_t> label) {
    for (const std::uint8_t byte : label) {
        const char c = static_cast<char>(byte);
        if (c == '.' || c == '\\') {
            text += '\\';
            text += c;
        } else if (byte > 0x20 && byte < 0x7f) {
            text += c;
        } else {
            const std::string digits = std::to_string(byte);
            text += '\\' + std::string(3 - digits.size(), '0') + digits;
        }
    }
}

} // namespace

std::span<const std::uint8_t> dns_reader::bytes(std::size_t count) {
    if (count > message_.size() - position_)
        throw malformed_message{};
    const auto read = message_.subspan(position_, count);
    position_ += count;
    return read;
}

std::uint16_t dns_reader::u16() {
    const auto two = bytes(2);
    return static_cast<std::uint16_t>(two[0] << 8 | two[1]);
}

std::uint32_t dns_reader::u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
}

std::string dns_reader::name() {
    std::string text;
    std::size_t size = 1;
    dns_reader labels = *this; // goes where pointers lead
    bool pointed = false;
    for (;;) {
        const std::size_t start = labels.position_;
        const std::uint8_t length = labels.u8();
        if ((length & 0xc0) == 0xc0) {
            const std::size_t target = (length & 0x3fU) << 8 | labels.u8();
            // Backwards only: with the bound on the size of the name, that ends every loop.
            if (target >= start)
                throw malformed_message{};
            if (!pointed)
                position_ = labels.position_;
            pointed = true;
            labels.position_ = target;
            continue;
        }
        if (length > 63)
            throw malformed_message{};
        if (length == 0)
            break;
        size += length + 1U;
        if (size > longest_name)
            throw malformed_message{};
        if (!text.empty())
            text += '.';
        append_escaped(text, labels.bytes(length));
    }
    if (!pointed)
        position_ = labels.position_;
    return text.empty() ? "." : text;
}

} // namespace netio::detail
