#pragma once

#include <netio/dns_record.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// What somebody asks a name server.
struct dns_question {
    std::uint16_t id = 0;
    std::string name; ///< as it was written, without the dot at the end
    netio::record_type type = netio::record_type::a;
    bool over_tcp = false;
};

/// Reads the question of a message, which must have one.
dns_question parse_question(std::string_view message);

/// A name in the form of messages.
std::string dns_name(std::string_view);

/// The data of records, in the form of messages.
std::string a(std::string_view address);
std::string aaaa(std::string_view address);
std::string mx(std::uint16_t preference, std::string_view exchange);
std::string srv(std::uint16_t priority, std::uint16_t weight, std::uint16_t port,
                std::string_view target);
std::string txt(const std::vector<std::string>& strings);
std::string soa(std::uint32_t minimum);

/// Writes a reply to a question.
class dns_reply_message {
  public:
    explicit dns_reply_message(const dns_question& asked) : asked_{asked} {}

    dns_reply_message& id(std::uint16_t);
    dns_reply_message& rcode(unsigned);
    dns_reply_message& truncated();
    /// Says that it has answers which it does not have.
    dns_reply_message& pretended_answers(unsigned);
    dns_reply_message& answer(std::string_view name, netio::record_type, std::uint32_t ttl,
                              const std::string& data);
    /// For the name that was asked for.
    dns_reply_message& answer(netio::record_type, std::uint32_t ttl, const std::string& data);
    dns_reply_message& authority(std::string_view zone, netio::record_type, std::uint32_t ttl,
                                 const std::string& data);

    std::string bytes() const;

  private:
    dns_question asked_;
    unsigned flags_ = 0x8180; // a reply to a recursive question, by a server that does that
    unsigned answers_ = 0, authorities_ = 0;
    std::string records_;
};

} // namespace test
