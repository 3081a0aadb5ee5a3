#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/socket_options.hpp>

#include <system_error>
#include <utility>

namespace netio {

namespace detail {
struct descriptor_access;
}

namespace detail {

// Not qualified: an option may be declared in a header that comes later.
template <class Option>
void set_any_option(descriptor* d, const Option& option, std::error_code& ec) {
    set_option(d, option, ec);
}
template <class Option>
void get_any_option(descriptor* d, Option& option, std::error_code& ec) {
    get_option(d, option, ec);
}

} // namespace detail

/// What sockets of every kind have in common. `Endpoint` is the kind of address that they have.
///
/// Every call has two forms: with a std::error_code it reports failure there and throws nothing;
/// without, it throws a std::system_error that names an endpoint: the peer of a connection, else the
/// socket's own.
///
/// *May be used by* any number of fibers, of any runtime, and plain threads at once. Moving, assigning
/// and destroying are for when nobody else is in a call, but for the close() that ended one's own.
template <class Endpoint>
class basic_socket {
  public:
    /// Options are the types of <netio/socket_options.hpp>: set_option(keep_alive{true}).
    template <class Option>
    void set_option(const Option& option);
    template <class Option>
    void set_option(const Option& option, std::error_code& ec);
    template <class Option>
    Option get_option() const;
    template <class Option>
    Option get_option(std::error_code& ec) const;

    Endpoint local_endpoint() const;
    Endpoint local_endpoint(std::error_code& ec) const;

    bool is_open() const noexcept { return socket_.is_open(); }

    /// Ends a connection both ways. Whoever waits in this socket, or calls it later, gets
    /// std::errc::bad_file_descriptor. Closing twice does nothing.
    void close() noexcept { socket_.close(); }

    /// The file descriptor, which stays the socket's own. -1: there is none.
    int native_handle() const noexcept { return socket_.native_handle(); }

    /// Gives the file descriptor up, still connected and non-blocking; the socket is closed then.
    /// *Fails with* std::errc::device_or_resource_busy while anyone is in a call of this socket.
    int release();
    int release(std::error_code& ec) { return socket_.release(ec); }

  protected:
    basic_socket() noexcept = default;
    basic_socket(detail::descriptor_owner socket, const Endpoint& name) noexcept
        : socket_{std::move(socket)}, name_{name} {}
    basic_socket(basic_socket&&) noexcept = default;
    basic_socket& operator=(basic_socket&&) noexcept = default;
    ~basic_socket() = default;

    friend struct detail::descriptor_access;

    detail::descriptor* native_descriptor() const noexcept { return socket_.get(); }

    /// What exceptions name.
    const Endpoint& name() const noexcept { return name_; }

  private:
    [[noreturn]] void throw_option_failure(const std::error_code& ec) const;

    detail::descriptor_owner socket_;
    Endpoint name_;
};

template <class Endpoint>
template <class Option>
void basic_socket<Endpoint>::set_option(const Option& option, std::error_code& ec) {
    detail::set_any_option(socket_.get(), option, ec);
}

template <class Endpoint>
template <class Option>
void basic_socket<Endpoint>::set_option(const Option& option) {
    std::error_code ec;
    set_option(option, ec);
    if (ec)
        throw_option_failure(ec);
}

template <class Endpoint>
template <class Option>
Option basic_socket<Endpoint>::get_option(std::error_code& ec) const {
    Option option;
    detail::get_any_option(socket_.get(), option, ec);
    return option;
}

template <class Endpoint>
template <class Option>
Option basic_socket<Endpoint>::get_option() const {
    std::error_code ec;
    const auto option = get_option<Option>(ec);
    if (ec)
        throw_option_failure(ec);
    return option;
}

} // namespace netio
