#include <benchmarks/weft/cases.hpp>

#include <benchmarks/support/lookups.hpp>
#include <benchmarks/support/name_server.hpp>

#include <fibers/scope.hpp>
#include <netio/resolver.hpp>

namespace bench::weft {
namespace {

json look_up_names(bool same) {
    const name_server server;
    netio::resolver names{{.servers = {{netio::ip_address::loopback_v4(), server.port()}},
                           .questions_at_once = lookups_at_once}};
    const auto look_up = [&](std::size_t number) {
        names.lookup(name_of_lookup(number, same), netio::address_family::v4);
    };
    look_up(0);

    lookup_times times;
    fibers::scope workers;
    for (std::size_t worker = 0; worker != lookups_at_once; ++worker)
        workers.spawn([&, worker] {
            for (std::size_t i = worker; i < lookups; i += lookups_at_once)
                times.measure(i, [&] { look_up(i); });
        });
    workers.join();
    return times.figures();
}

} // namespace

json lookup() {
    return look_up_names(false);
}

json lookup_known() {
    return look_up_names(true);
}

} // namespace bench::weft
