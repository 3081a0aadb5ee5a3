#include <benchmarks/support/file_and_sink.hpp>

#include <benchmarks/support/listening_socket.hpp>

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

namespace bench {
namespace {

int checked(int result, const char* what) {
    if (result < 0)
        throw std::system_error{errno, std::system_category(), what};
    return result;
}

void read_all(int fd) {
    std::vector<std::byte> buffer(1 << 18);
    while (::read(fd, buffer.data(), buffer.size()) > 0) {
    }
    ::close(fd);
}

} // namespace

cached_file::cached_file(std::size_t size) {
    const int fd = checked(::mkstemp(path_.data()), "mkstemp");
    const std::vector<std::byte> bytes(size, std::byte{1});
    for (std::size_t done = 0; done < size;) {
        const auto count = ::write(fd, &bytes[done], size - done);
        checked(static_cast<int>(count > 0 ? 0 : -1), "write");
        done += static_cast<std::size_t>(count);
    }
    ::close(fd);
}

cached_file::~cached_file() {
    ::unlink(path_.c_str());
}

sink::sink() : ours_{checked(::socket(AF_INET, SOCK_STREAM, 0), "socket")} {
    const int listener = open_listening_socket(0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(local_port(listener));
    checked(::connect(ours_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "connect");
    reader_ = std::thread{read_all, checked(::accept(listener, nullptr, nullptr), "accept")};
    ::close(listener);
}

sink::~sink() {
    reader_.join();
}

} // namespace bench
