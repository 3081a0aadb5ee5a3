#include <tests/netio/resolvers.hpp>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <unistd.h>

namespace test {

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
