#include <netio/detail/splice.hpp>

#include <netio/detail/file_engine.hpp>
#include <netio/detail/native_error.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/sigpipe_block.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fcntl.h>
#include <unistd.h>

namespace netio::detail {
namespace {

/// What one call may move: much, yet no more than a worker can do between two fibers; and what it may
/// in a thread that blocks nobody, where the way there is to be paid seldom.
constexpr std::size_t largest_piece = 1 << 20, largest_piece_of_file = 16 << 20;

std::size_t next_piece(std::uint64_t limit, std::uint64_t moved, std::size_t largest) noexcept {
    return static_cast<std::size_t>(std::min<std::uint64_t>(limit - moved, largest));
}

/// What the system says where two descriptors are none for a call of this kind, or epoll(7) does not
/// take one, as /dev/null.
bool is_unsuitable(const std::error_code& ec) noexcept {
    return ec == std::errc::invalid_argument || ec == std::errc::function_not_supported ||
           ec == std::errc::operation_not_permitted;
}

/// Where bytes lie on their way from one descriptor to another: the system has splice(2) for pipes
/// only.
class transit {
  public:
    transit() noexcept {
        if (::pipe2(ends_.data(), O_CLOEXEC | O_NONBLOCK) == -1)
            return;
        // A refusal (pipe(7): pipe-user-pages-soft) leaves it at the size that it has.
        ::fcntl(ends_[1], F_SETPIPE_SZ, largest_piece);
        capacity_ = static_cast<std::size_t>(::fcntl(ends_[1], F_GETPIPE_SZ));
    }
    transit(const transit&) = delete;
    transit& operator=(const transit&) = delete;
    ~transit() {
        if (*this) {
            ::close(ends_[0]);
            ::close(ends_[1]);
        }
    }

    explicit operator bool() const noexcept { return ends_[0] != -1; }
    std::size_t capacity() const noexcept { return capacity_; }

    /// `size` is what there is room for. The transit is empty before.
    std::size_t fill(descriptor* from, std::size_t size, std::error_code& ec) {
        const auto call = [&](int fd) {
            return ::splice(fd, nullptr, ends_[1], nullptr, size,
                            SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        };
        // Less than asked may also mean that many small segments have used up the pipe's slots.
        return retry(from, fibers::direction::read, 0, call, ec);
    }

    std::size_t drain(descriptor* to, std::size_t size, std::error_code& ec) {
        const auto call = [&](int fd) {
            const sigpipe_block quiet;
            return ::splice(ends_[0], nullptr, fd, nullptr, size,
                            SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        };
        return retry(to, fibers::direction::write, 0, call, ec);
    }

    /// The bytes that are on the way.
    std::vector<std::byte> take_out(std::size_t size, std::error_code& ec) {
        std::vector<std::byte> bytes(size);
        if (::read(ends_[0], bytes.data(), size) == -1)
            ec = native_error();
        return bytes;
    }

  private:
    std::array<int, 2> ends_{-1, -1};
    std::size_t capacity_ = 0;
};

} // namespace

splice_end splice(descriptor* from, descriptor* to, std::uint64_t limit, std::uint64_t& moved,
                  std::vector<std::byte>& stranded, std::error_code& ec) {
    transit way;
    if (!way)
        return splice_end::refused;
    ec.clear();
    for (bool is_first = true; moved != limit; is_first = false) {
        const std::size_t piece = way.fill(from, next_piece(limit, moved, way.capacity()), ec);
        if (piece == 0)
            return is_first && is_unsuitable(ec) ? splice_end::refused : splice_end::over;
        for (std::size_t under_way = piece; under_way != 0;) {
            const std::size_t count = way.drain(to, under_way, ec);
            if (is_first && under_way == piece && is_unsuitable(ec)) {
                ec.clear();
                stranded = way.take_out(under_way, ec);
                return ec ? splice_end::over : splice_end::refused;
            }
            if (ec)
                return splice_end::over;
            under_way -= count;
            moved += count;
        }
        if (piece < small_piece)
            return moved == limit ? splice_end::over : splice_end::trickle;
    }
    return splice_end::over;
}

bool send_file(descriptor* file, descriptor* to, std::uint64_t limit, std::uint64_t& moved,
               std::error_code& ec) {
    ec.clear();
    while (moved != limit) {
        const std::size_t count =
            file_engine::send(file, to, next_piece(limit, moved, largest_piece_of_file), ec);
        if (count == 0)
            return moved != 0 || !is_unsuitable(ec);
        moved += count;
    }
    return true;
}

} // namespace netio::detail
