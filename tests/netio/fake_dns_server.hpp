#pragma once

#include <netio/endpoint.hpp>
#include <tests/netio/dns_messages.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace test {

/// What a fake name server does about a question.
struct dns_reaction {
    /// What it sends, one message after the other. None: it keeps silent.
    std::vector<std::string> messages = {};
    /// Sends datagrams from another port than it was asked at.
    bool from_other_port = false;
    /// Over TCP, closes the connection after so many bytes.
    std::size_t cut_after = std::numeric_limits<std::size_t>::max();
};

/// A name server on 127.0.0.1, UDP and TCP, that does whatever a test wants, in a plain thread.
class fake_dns_server {
  public:
    using behaviour = std::function<dns_reaction(const dns_question&)>;

    /// Listens on `local`; with port 0, on a free one.
    explicit fake_dns_server(behaviour, const netio::endpoint& local = "127.0.0.1:0");
    fake_dns_server(const fake_dns_server&) = delete;
    fake_dns_server& operator=(const fake_dns_server&) = delete;
    ~fake_dns_server();

    const netio::endpoint& endpoint() const noexcept { return endpoint_; }

    /// The questions so far.
    std::vector<dns_question> questions() const;

  private:
    void open(const netio::endpoint& local);
    void serve();
    void serve_datagram();
    void serve_connection();
    dns_reaction react(std::string_view message, bool over_tcp);

    const behaviour behaviour_;
    netio::endpoint endpoint_;
    int udp_ = -1, tcp_ = -1, end_ = -1;
    mutable std::mutex lock_;
    std::vector<dns_question> questions_;
    std::thread thread_;
};

/// Servers that keep silent, or answer every question so.
fake_dns_server::behaviour silence();
fake_dns_server::behaviour always_rcode(unsigned);
/// Has that IPv4 address for every name, for `ttl` seconds, and nothing else.
fake_dns_server::behaviour always_address(std::string address, std::uint32_t ttl = 60);

} // namespace test
