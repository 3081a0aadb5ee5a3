#include <tests/netio/resolvers.hpp>

#include <tests/netio/connections.hpp>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace test {

bool descriptors_come_down_to(std::size_t count) {
    using namespace std::chrono_literals;
    for (int i = 0; i != 5000 && open_descriptors() > count; ++i)
        std::this_thread::sleep_for(1ms);
    return open_descriptors() <= count;
}

temporary_file::temporary_file(std::string_view text)
    : path_{std::filesystem::temp_directory_path() / "weft-test-XXXXXX"} {
    const int fd = ::mkstemp(path_.data());
    if (fd == -1)
        throw std::system_error{errno, std::system_category(), "mkstemp"};
    ::close(fd);
    write(text);
}

temporary_file::~temporary_file() {
    std::error_code ec;
    std::filesystem::remove(path_, ec);
}

void temporary_file::write(std::string_view text) const {
    std::ofstream{path_, std::ios::binary | std::ios::trunc} << text;
}

} // namespace test
