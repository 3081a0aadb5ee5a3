#include <netio/handover.hpp>

#include <netio/detail/descriptor.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/pause.hpp>

#include <fibers/now.hpp>
#include <fibers/timeout.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <deque>
#include <filesystem>
#include <string_view>
#include <unistd.h>
#include <utility>

// The predecessor sends one record: a line "weft-handover 1 PID", and a line for each listener with its name.
// With it come the descriptors: that which listens at the path, and theirs in the order of the names. The
// successor answers with a record when it is ready, and that is acknowledged by another; one that it is too late comes
// without being asked.
namespace netio {
namespace {

constexpr std::string_view greeting = "weft-handover 1 ";
constexpr std::string_view ready_record = "ready", heard_record = "heard", late_record = "late";
constexpr std::size_t longest_record = 32 * 1024;

/// What tells that nobody is there; or that somebody was, and has just gone.
bool is_absence(const std::error_code& ec) noexcept {
    return ec == std::errc::connection_refused || ec == std::errc::no_such_file_or_directory;
}
bool is_departure(const std::error_code& ec) noexcept {
    return ec == std::errc::connection_reset || ec == std::errc::broken_pipe;
}

/// Nobody will ever come or go there.
bool is_other_file(const unix_endpoint& path) {
    std::error_code ec;
    const auto status = std::filesystem::status(path.path(), ec);
    return std::filesystem::exists(status) && !std::filesystem::is_socket(status);
}

/// What another user could offer, or do with what it gets, is not to be trusted.
void require_same_user(const unix_seqpacket& peer, std::error_code& ec) {
    const auto credentials = peer.credentials(ec);
    if (!ec && credentials.user != ::geteuid())
        ec = std::make_error_code(std::errc::permission_denied);
}

/// Takes what is in front of the next line end.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

std::optional<pid_t> process_of(std::string_view first_line) {
    if (!first_line.starts_with(greeting))
        return std::nullopt;
    first_line.remove_prefix(greeting.size());
    pid_t id = 0;
    const auto [end, failure] = std::from_chars(first_line.begin(), first_line.end(), id);
    if (failure != std::errc{} || end != first_line.end())
        return std::nullopt;
    return id;
}

/// A short one. None: the peer has gone instead.
std::string receive_record(unix_seqpacket& from, std::error_code& ec) {
    std::string text(ready_record.size(), '\0');
    std::size_t size = from.receive(buffer(text), ec).size;
    if (ec == std::errc::connection_reset) // which comes ahead of a record that was sent before it
        size = from.receive(buffer(text), ec).size;
    text.resize(size);
    if (is_departure(ec))
        ec.clear();
    return text;
}

} // namespace

handover::handover(const unix_endpoint& path, const handover_options& options)
    : handover{detail::or_throw(
          [&](std::error_code& ec) {
              return handover{path, options, ec};
          },
          "cannot take over at", path)} {}

handover::handover(const unix_endpoint& path, const handover_options& options, std::error_code& ec)
    : options_{options} {
    using namespace std::chrono_literals;
    // Somebody may come or go in between, or be about to end.
    while (!take_over(path, ec) && !ec) {
        listener_ = unix_seqpacket_listener{path, {.remove_path = false}, ec};
        if (ec != std::errc::address_in_use || is_other_file(path))
            break;
        ec = detail::pause(5ms);
    }
    if (!ec && !predecessor_)
        own_path();
}

void handover::own_path() {
    if (listener_.local_endpoint().is_path())
        path_ = std::make_unique<detail::socket_path>(listener_.local_endpoint());
}

/// False: there is nobody, or something has failed.
bool handover::take_over(const unix_endpoint& path, std::error_code& ec) {
    auto connection = unix_seqpacket::connect(path, ec);
    if (is_absence(ec)) {
        ec.clear();
        return false;
    }
    if (!ec)
        require_same_user(connection, ec);
    if (ec)
        return false;

    std::string record(longest_record, '\0');
    auto received = connection.receive_descriptors(buffer(record), ec);
    if (is_departure(ec) || (!ec && received.size == 0)) {
        ec.clear();
        return false;
    }
    if (ec)
        return false;
    std::string_view text{record.data(), received.size};
    const auto process = process_of(take_line(text));
    const auto names = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    if (received.descriptors_lost)
        ec = std::make_error_code(std::errc::too_many_files_open);
    else if (!process || received.bytes_lost || received.descriptors.size() != names + 1)
        ec = std::make_error_code(std::errc::protocol_error);
    if (ec)
        return false;

    auto& own = received.descriptors.front();
    listener_ = unix_seqpacket_listener::adopt(own.get(), ec);
    if (ec)
        return false;
    static_cast<void>(own.release());
    for (std::size_t i = 1; i <= names; ++i)
        taken_over_.push_back({std::string{take_line(text)}, std::move(received.descriptors[i])});
    predecessor_ = process;
    connection_ = std::move(connection);
    return true;
}

unique_descriptor handover::take(const std::string& name) {
    const auto found = std::ranges::find(taken_over_, name, &passed_descriptor::name);
    if (found == taken_over_.end())
        return {};
    unique_descriptor taken = std::move(found->descriptor);
    taken_over_.erase(found);
    return taken;
}

void handover::offer(std::string name, const tcp_listener& listener) {
    offers_.push_back({std::move(name), detail::descriptor_access::of(listener), nullptr});
}

void handover::offer(std::string name, unix_listener& listener) {
    offers_.push_back({std::move(name), detail::descriptor_access::of(listener), &listener});
}

void handover::ready() {
    detail::or_throw([this](std::error_code& ec) { ready(ec); }, "cannot complete taking over at",
                     listener_.local_endpoint());
}

void handover::ready(std::error_code& ec) {
    ec.clear();
    if (!connection_.is_open())
        return;
    connection_.send(buffer(ready_record), ec);
    if (is_departure(ec))
        ec.clear(); // it may have left a word before
    if (!ec && receive_record(connection_, ec) == late_record)
        ec = std::make_error_code(std::errc::connection_aborted);
    if (ec)
        return;
    // It has heard, or is gone and does not accept any more either.
    connection_.close();
    own_path();
}

void handover::wait() {
    detail::or_throw([this](std::error_code& ec) { wait(ec); }, "cannot hand over at",
                     listener_.local_endpoint());
}

void handover::wait(std::error_code& ec) {
    for (;;) {
        auto successor = listener_.accept(ec);
        if (ec)
            break;
        std::error_code of_successor;
        if (hand_over_to(successor, of_successor))
            break;
        // Another may do better, unless it was the waiting that was ended.
        if (of_successor == std::errc::operation_canceled || of_successor == std::errc::timed_out) {
            ec = of_successor;
            break;
        }
    }
    path_.reset();
    listener_.close();
}

/// False: it is not ready in time, it has gone, or something has failed.
bool handover::hand_over_to(unix_seqpacket& successor, std::error_code& ec) {
    const auto deadline = fibers::now() + options_.ready_timeout;
    bool is_ready = false;
    {
        const fibers::timeout_scope limit{deadline};
        is_ready = give_offers_to(successor, ec) && receive_record(successor, ec) == ready_record;
    }
    // Not the caller's deadline: then nobody goes on here, which the successor will find out.
    const bool is_late = ec == std::errc::timed_out && fibers::now() >= deadline;
    if (is_late)
        ec.clear();
    if (is_ready || is_late) {
        std::error_code gone_already;
        successor.send(buffer(is_ready ? heard_record : late_record), gone_already);
    }
    return is_ready;
}

bool handover::give_offers_to(unix_seqpacket& successor, std::error_code& ec) {
    require_same_user(successor, ec);
    if (ec)
        return false;
    std::string record{greeting};
    record += std::to_string(::getpid()) + '\n';
    std::vector<int> natives{listener_.native_handle()};
    {
        // So that none of the numbers means something else by the time they are sent.
        std::deque<detail::descriptor::operation> held;
        for (const auto& [name, descriptor, of_file] : offers_) {
            const auto& operation = held.emplace_back(descriptor);
            if (!operation)
                return false; // its server stops just now
            natives.push_back(operation.native_handle());
            record += name + '\n';
        }
        successor.send_descriptors(buffer(record), natives, ec);
    }
    if (ec)
        return false;
    // Already now: whether the successor will be ready may not be seen any more.
    if (path_)
        path_->keep();
    for (const auto& each : offers_)
        if (each.of_file)
            each.of_file->keep_path();
    return true;
}

} // namespace netio
