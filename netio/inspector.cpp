#include <netio/inspector.hpp>

#include <netio/buffer.hpp>
#include <netio/buffered_reader.hpp>
#include <netio/detail/dump_json.hpp>
#include <netio/unix_listener.hpp>
#include <netio/unix_stream.hpp>

#include <fibers/dump.hpp>
#include <fibers/metrics.hpp>
#include <fibers/prometheus.hpp>
#include <fibers/scope.hpp>
#include <fibers/timeout.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace netio {

namespace {

constexpr std::chrono::seconds longest_visit{10};
constexpr std::size_t longest_line = 128;

} // namespace

class inspector::server {
  public:
    server(fibers::runtime& inspected, const unix_endpoint& local)
        : inspected_(inspected), listener_(local, {.permissions = 0600}) {
        thread_ = std::thread{[this] { runtime_.run([this] { serve(); }); }};
    }

    ~server() {
        listener_.close();
        thread_.join();
    }

    const unix_endpoint& local_endpoint() const noexcept { return listener_.local_endpoint(); }

  private:
    /// The program goes on, whatever is wrong here.
    void serve() try {
        fibers::scope visits{fibers::on_failure::ignore};
        for (unix_stream visitor : listener_.incoming())
            visits.spawn([this](unix_stream stream) { answer(std::move(stream)); },
                         std::move(visitor));
        visits.request_stop();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "netio::inspector: %s\n", error.what());
    }

    void answer(unix_stream visitor) {
        const auto user = visitor.credentials().user;
        if (user != ::geteuid() && user != 0)
            return;
        const fibers::timeout_scope limit{longest_visit};
        buffered_reader reader{visitor, longest_line};
        const std::optional<std::string_view> line = reader.read_line();
        const std::string text = answer_to(line.value_or(""));
        visitor.write_all(buffer(text));
    }

    std::string answer_to(std::string_view line) {
        if (line == "metrics")
            return fibers::to_prometheus(fibers::collect_metrics(inspected_));
        const bool as_json = line.ends_with(" json");
        const std::string_view what = as_json ? line.substr(0, line.find(' ')) : line;
        if (what != "fibers" && what != "stacks")
            return "there is: metrics, fibers, stacks, fibers json, stacks json\n";
        const fibers::fiber_dump dump =
            fibers::dump_fibers(inspected_, {.stacks = what == "stacks"});
        return as_json ? detail::to_json(dump) : to_text(dump);
    }

    fibers::runtime& inspected_;
    unix_listener listener_;
    fibers::runtime runtime_{{.name = "inspector", .on_deadlock = fibers::deadlock_action::ignore}};
    std::thread thread_;
};

inspector::inspector(fibers::runtime& inspected, const unix_endpoint& local)
    : server_(std::make_unique<server>(inspected, local)) {}

inspector::~inspector() = default;

const unix_endpoint& inspector::local_endpoint() const noexcept {
    return server_->local_endpoint();
}

} // namespace netio
