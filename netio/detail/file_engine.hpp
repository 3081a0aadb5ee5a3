#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/descriptor_owner.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <system_error>

/// The one way to a file's content. A disk knows no readiness: where the system cannot answer at once,
/// the call goes to one of the threads of fibers::blocking.
///
/// Each *suspends until* the disk has answered; a deadline or a stop withdraws only what has not begun.
namespace netio::detail::file_engine {

/// open(2), O_CLOEXEC.
descriptor_owner open(const std::string& path, int flags, mode_t permissions, std::error_code& ec);

/// Without an offset: at the position of the file, which moves on.
std::size_t read(descriptor*, mutable_buffer, std::optional<std::uint64_t> offset,
                 std::error_code& ec);
std::size_t write(descriptor*, const_buffer, std::optional<std::uint64_t> offset,
                  std::error_code& ec);

/// To the position of the file on, as much as `to` takes, a descriptor that knows readiness; 0: the end
/// of the file. *Suspends until* `to` takes some, too.
std::size_t send(descriptor* file, descriptor* to, std::size_t size, std::error_code& ec);

void sync(descriptor*, std::error_code& ec);
void sync_data(descriptor*, std::error_code& ec);
void truncate(descriptor*, std::uint64_t size, std::error_code& ec);
std::uint64_t size(descriptor*, std::error_code& ec);

} // namespace netio::detail::file_engine
