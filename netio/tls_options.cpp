#include <netio/tls_options.hpp>

#include <netio/detail/native_error.hpp>
#include <netio/detail/or_throw.hpp>

#include <fibers/blocking.hpp>

#include <cerrno>
#include <fstream>
#include <iterator>

namespace netio {
namespace {

std::string read_file(const std::filesystem::path& path, std::error_code& ec) {
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    // A directory can be opened, and reads as if it were empty.
    if (!file.is_open() || errno == EISDIR)
        ec = detail::native_error();
    return text;
}

} // namespace

tls_identity tls_identity::from_files(const std::filesystem::path& certificates,
                                      const std::filesystem::path& private_key) {
    return detail::or_throw(
        [&](std::error_code& ec) { return from_files(certificates, private_key, ec); },
        [&] { return "cannot read " + certificates.string() + " and " + private_key.string(); });
}

tls_identity tls_identity::from_files(const std::filesystem::path& certificates,
                                      const std::filesystem::path& private_key,
                                      std::error_code& ec) try {
    return fibers::blocking([&]() -> tls_identity {
        ec.clear();
        tls_identity read{read_file(certificates, ec), {}};
        if (!ec)
            read.private_key = read_file(private_key, ec);
        if (ec)
            return {};
        return read;
    });
} catch (const std::system_error& withdrawn) {
    ec = withdrawn.code();
    return {};
}

} // namespace netio
