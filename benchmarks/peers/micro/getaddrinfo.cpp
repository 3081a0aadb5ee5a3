#include <benchmarks/peers/micro/getaddrinfo.hpp>

#include <benchmarks/support/lookups.hpp>
#include <benchmarks/support/name_server.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <stdexcept>
#include <thread>

namespace bench::threads {
namespace {

/// glibc keeps what a thread has set for itself, instead of reading resolv.conf.
void ask(const name_server& server) {
    ::res_init();
    _res.nscount = 1;
    _res.nsaddr_list[0].sin_family = AF_INET;
    _res.nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    _res.nsaddr_list[0].sin_port = htons(server.port());
}

void look_up(const std::string& name) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(name.c_str(), nullptr, &hints, &found) != 0)
        throw std::runtime_error{"getaddrinfo has not found " + name};
    ::freeaddrinfo(found);
}

nlohmann::json look_up_names(bool same) {
    const name_server server;
    lookup_times times;
    std::vector<std::thread> pool;
    for (std::size_t worker = 0; worker != lookups_at_once; ++worker)
        pool.emplace_back([&, worker] {
            ask(server);
            for (std::size_t i = worker; i < lookups; i += lookups_at_once)
                times.measure(i, [&] { look_up(name_of_lookup(i, same)); });
        });
    for (std::thread& each : pool)
        each.join();
    return times.figures();
}

} // namespace

nlohmann::json lookup() {
    return look_up_names(false);
}

nlohmann::json lookup_known() {
    return look_up_names(true);
}

} // namespace bench::threads
