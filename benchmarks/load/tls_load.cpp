#include <benchmarks/load/tls_load.hpp>

#include <benchmarks/load/latency.hpp>
#include <benchmarks/load/pattern.hpp>
#include <benchmarks/load/tls_client.hpp>
#include <benchmarks/load/window.hpp>
#include <benchmarks/support/process_figures.hpp>

#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace bench {
namespace {

struct visit {
    tls_client connection;
    std::size_t number = 0; // it chooses the bytes
    std::size_t received = 0;
    bool sent = false;
    window::clock::time_point begin{};
};

class tls_loop {
  public:
    explicit tls_loop(const load_options& options)
        : options_{options}, visits_(options.connections) {}

    nlohmann::json echo() {
        for (visit& each : visits_)
            open(each);
        for (visit& each : visits_) {
            each.connection.stop_blocking();
            watch(each);
            send(each);
        }
        return run([this](visit& done) { send(done); });
    }

    nlohmann::json churn() {
        for (visit& each : visits_)
            arrive(each);
        return run([this](visit& done) { arrive(done); });
    }

    nlohmann::json idle() {
        const auto before = static_cast<double>(memory_bytes(options_.server));
        for (visit& each : visits_)
            open(each);
        std::this_thread::sleep_for(options_.warm_up); // the server may tidy up
        const auto after = static_cast<double>(memory_bytes(options_.server));
        return {{"bytes_per_connection", (after - before) / static_cast<double>(visits_.size())}};
    }

  private:
    /// Calls `next(visit)` after each message that has come back.
    template <class Next>
    nlohmann::json run(Next next) {
        window window{options_};
        while (window.goes_on(completed_)) {
            const int count = epoll_wait(epoll_.fd(), events_.data(), events_at_once, 50);
            for (int i = 0; i < count; ++i) {
                visit& one = visits_[events_[i].data.u32];
                if (!serve(one))
                    continue;
                if (window.measuring())
                    latency_.add(window::clock::now() - one.begin);
                ++completed_;
                next(one);
            }
        }
        nlohmann::json figures = window.figures();
        figures.update(latency_.figures());
        return figures;
    }

    /// One message there and back, in blocking calls.
    void open(visit& one) {
        const std::size_t number = started_++;
        one = {.connection = {context_, connect_to(options_.port, number)}, .number = number};
        one.sent = one.connection.write(bytes_.at(number, 0), options_.message_size);
        while (!serve(one))
            ;
    }

    void send(visit& one) {
        one.begin = window::clock::now();
        one.received = 0;
        one.sent = one.connection.write(bytes_.at(one.number, 0), options_.message_size);
    }

    void arrive(visit& one) {
        const std::size_t number = started_++;
        one = {.connection = {context_, connect_to(options_.port, number, SOCK_NONBLOCK)},
               .number = number};
        watch(one);
        send(one);
    }

    void watch(const visit& one) {
        epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET,
                          .data = {.u32 = static_cast<std::uint32_t>(&one - visits_.data())}};
        if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, one.connection.fd(), &event) != 0)
            throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }

    /// Whether the whole message has come back.
    bool serve(visit& one) {
        if (!one.sent)
            one.sent = one.connection.write(bytes_.at(one.number, 0), options_.message_size);
        if (!one.sent)
            return false;
        while (one.received < options_.message_size) {
            const std::size_t size =
                one.connection.read(buffer_.data(), options_.message_size - one.received);
            if (size == 0)
                return false;
            if (!bytes_.matches(buffer_.data(), size, one.number, one.received))
                throw std::runtime_error{"an echo is not what was sent"};
            one.received += size;
        }
        return true;
    }

    static constexpr int events_at_once = 512;

    const load_options& options_;
    const tls_client_context context_;
    const pattern bytes_;
    client_socket epoll_{epoll_create1(EPOLL_CLOEXEC)};
    std::vector<visit> visits_;
    std::size_t started_ = 0;
    std::size_t completed_ = 0;
    latency_histogram latency_;
    std::array<char, pattern::longest> buffer_;
    std::array<epoll_event, events_at_once> events_;
};

} // namespace

nlohmann::json tls_echo_load(const load_options& options) {
    return std::make_unique<tls_loop>(options)->echo();
}

nlohmann::json tls_churn_load(const load_options& options) {
    return std::make_unique<tls_loop>(options)->churn();
}

nlohmann::json tls_idle_load(const load_options& options) {
    if (!options.server)
        throw std::invalid_argument{"idle needs --server, the process to look at"};
    return std::make_unique<tls_loop>(options)->idle();
}

} // namespace bench
