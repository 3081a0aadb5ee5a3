#include <netio/detail/connection_race.hpp>

#include <netio/detail/native_error.hpp>
#include <netio/detail/retry.hpp>
#include <netio/socket_options.hpp>

#include <fibers/now.hpp>
#include <fibers/readiness.hpp>
#include <fibers/wait_any_ready.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace netio::detail {
namespace {

/// "Connection Attempt Delay", RFC 8305 section 8.
constexpr std::chrono::milliseconds attempt_delay{250};

constexpr auto no_deadline = std::chrono::steady_clock::time_point::max();

} // namespace

/// A socket that is being connected.
class connection_race::attempt {
  public:
    /// Owns `fd`, a non-blocking socket.
    attempt(int fd, const endpoint& remote) noexcept : readiness{fd}, fd_{fd}, remote_{remote} {}
    ~attempt() {
        readiness.shut();
        if (fd_ != -1)
            ::close(fd_);
    }
    attempt(const attempt&) = delete;
    attempt& operator=(const attempt&) = delete;

    const endpoint& remote() const noexcept { return remote_; }

    /// Begins, or asks how far it is. False: not yet at its end.
    bool advance(std::error_code& ec) noexcept {
        sockaddr_storage native;
        const auto size = static_cast<socklen_t>(remote_.to_native(native));
        ec.clear();
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&native), size) == 0 ||
            errno == EISCONN)
            return true;
        if (is_not_yet(errno))
            return false;
        ec = native_error();
        return true;
    }

    /// The connection, once advance() has succeeded.
    tcp_stream take(std::error_code& ec) {
        readiness.shut();
        tcp_stream stream = tcp_stream::adopt(fd_, ec);
        if (ec)
            return {};
        fd_ = -1;
        stream.set_option(no_delay{true}, ec);
        return stream;
    }

    fibers::readiness readiness;

  private:
    int fd_; // -1: the stream has it
    const endpoint remote_;
};

std::vector<endpoint> by_turns(std::span<const ip_address> addresses, std::uint16_t port) {
    std::vector<endpoint> ordered;
    auto next_of = [&, seen = std::array<std::size_t, 2>{}](bool v6) mutable {
        std::size_t& i = seen[v6];
        while (i != addresses.size() && addresses[i].is_v6() != v6)
            ++i;
        if (i != addresses.size())
            ordered.emplace_back(addresses[i++], port);
    };
    for (bool v6 = !addresses.empty() && addresses.front().is_v6();
         ordered.size() != addresses.size(); v6 = !v6)
        next_of(v6);
    return ordered;
}

connection_race::connection_race(std::span<const endpoint> remotes) noexcept : remotes_{remotes} {}

connection_race::~connection_race() = default;

tcp_stream connection_race::run(std::error_code& ec) {
    ec.clear();
    std::size_t begun = 0;
    try {
        while (begun != remotes_.size() || !under_way_.empty()) {
            if (begun != remotes_.size())
                begin(remotes_[begun++]);
            const bool is_last = begun == remotes_.size();
            tcp_stream won = wait(is_last ? no_deadline : fibers::now() + attempt_delay);
            if (won.is_open())
                return won;
        }
        ec = code_of_first();
    } catch (const std::system_error& interrupted) {
        ec = interrupted.code();
        fail_all(ec);
    }
    return {};
}

void connection_race::begin(const endpoint& remote) {
    const int fd = ::socket(remote.address().is_v4() ? AF_INET : AF_INET6,
                            SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd == -1) {
        failed_.push_back({remote, native_error()});
        return;
    }
    auto begun = std::make_unique<attempt>(fd, remote);
    // Before the first wait: epoll reports a socket that is not connecting as hung up, for ever.
    std::error_code ec;
    begun->advance(ec);
    if (ec)
        failed_.push_back({remote, ec});
    else
        under_way_.push_back(std::move(begun));
}

tcp_stream connection_race::wait(std::chrono::steady_clock::time_point deadline) {
    while (!under_way_.empty()) {
        std::vector<fibers::awaited_readiness> awaited;
        for (const auto& each : under_way_)
            awaited.push_back({&each->readiness, fibers::direction::write});
        const std::size_t place = fibers::wait_any_ready(awaited, deadline);
        if (place == awaited.size())
            break;

        std::error_code ec;
        if (!under_way_[place]->advance(ec))
            continue;
        const auto ended = std::move(under_way_[place]);
        under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(place));
        if (!ec) {
            tcp_stream won = ended->take(ec);
            if (!ec)
                return won;
        }
        failed_.push_back({ended->remote(), ec});
        break;
    }
    return {};
}

void connection_race::fail_all(const std::error_code& ec) {
    for (const auto& each : under_way_)
        failed_.push_back({each->remote(), ec});
    under_way_.clear();
}

std::error_code connection_race::code_of_first() const noexcept {
    const auto first = std::ranges::find_if(
        failed_, [this](const failed_attempt& each) { return each.remote == remotes_.front(); });
    return first == failed_.end() ? std::make_error_code(std::errc::invalid_argument) : first->ec;
}

} // namespace netio::detail
