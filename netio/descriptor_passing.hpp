#pragma once

#include <netio/buffer.hpp>
#include <netio/unique_descriptor.hpp>

#include <cstddef>
#include <span>
#include <sys/types.h>
#include <system_error>
#include <vector>

namespace netio {

/// What has come with descriptors.
struct received_descriptors {
    std::size_t size = 0;                       ///< of the bytes that they came with
    std::vector<unique_descriptor> descriptors; ///< new ones of this process, closed on exec
    bool bytes_lost = false;                    ///< of a datagram or record that was too large
    bool descriptors_lost = false; ///< this process had none left to receive them all with
};

/// Who is at the other end, as it was when the connection was made.
struct peer_credentials {
    pid_t process = 0;
    uid_t user = 0;
    gid_t group = 0;
};

/// What connected Unix sockets of every kind can do beside sending bytes.
template <class Base>
class descriptor_passing : public Base {
  public:
    /// Sends some of `bytes`, at least one, and with them descriptors: the peer gets duplicates
    /// (SCM_RIGHTS). Returns how many bytes.
    /// *Suspends until* the kernel takes some.
    /// *Fails with* std::errc::invalid_argument if there are no bytes or more than 253 descriptors,
    /// bad_file_descriptor if one of them is none.
    std::size_t send_descriptors(const_buffer bytes, std::span<const int> native_handles);
    std::size_t send_descriptors(const_buffer bytes, std::span<const int> native_handles,
                                 std::error_code& ec);

    /// Receives bytes, and the descriptors that come with them. Where bytes come by a plain read, the
    /// descriptors are closed. 0 bytes: the peer has finished sending.
    /// *Suspends until* something is there.
    /// *Fails with* std::errc::invalid_argument if there is no room for a byte.
    received_descriptors receive_descriptors(mutable_buffer into);
    received_descriptors receive_descriptors(mutable_buffer into, std::error_code& ec);

    /// *Fails with* std::errc::not_connected.
    peer_credentials credentials() const;
    peer_credentials credentials(std::error_code& ec) const;

  protected:
    descriptor_passing() noexcept = default;
    using Base::Base;
};

} // namespace netio
