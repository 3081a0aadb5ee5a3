#include <benchmarks/weft/cases.hpp>

#include <benchmarks/support/stopwatch.hpp>

#include <fibers/fiber.hpp>
#include <fibers/select.hpp>
#include <fibers/sync/channel.hpp>

#include <cstddef>
#include <optional>

namespace bench::weft {

namespace {

constexpr std::size_t million = 1'000'000;

} // namespace

json channel_ping_pong() {
    fibers::channel<int> ping, pong;
    auto partner = fibers::spawn([&] {
        for (const int value : ping)
            pong.send(value);
    });
    constexpr int count = 100'000;
    const double each = nanoseconds_each(count, [&] {
        for (int i = 0; i < count; ++i) {
            ping.send(i);
            static_cast<void>(pong.receive());
        }
    });
    ping.close();
    partner.join();
    return {{"ns_per_op", each}};
}

json channel_stream() {
    fibers::channel<std::size_t> values{128};
    return {{"ns_per_op", nanoseconds_each(million, [&] {
                 auto sender = fibers::spawn([&] {
                     for (std::size_t i = 0; i < million; ++i)
                         values.send(i);
                 });
                 std::size_t sum = 0;
                 for (std::size_t i = 0; i < million; ++i)
                     sum += *values.receive();
                 sender.join();
             })}};
}

/// Two channels, in one of which there is always a value.
json select() {
    fibers::channel<std::size_t> odd{1}, even{1};
    std::size_t sum = 0;
    const auto add = [&](std::optional<std::size_t> value) { sum += *value; };
    return {{"ns_per_op", nanoseconds_each(million, [&] {
                 for (std::size_t i = 0; i < million; ++i) {
                     (i % 2 == 1 ? odd : even).send(i);
                     fibers::select(fibers::on_receive(odd, add), fibers::on_receive(even, add));
                 }
             })}};
}

} // namespace bench::weft
