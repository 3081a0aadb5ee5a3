#include <netio/tls_options.hpp>

#include <netio/detail/native_error.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/tls_pem.hpp>

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

struct file_pair {
    const std::filesystem::path& certificates;
    const std::filesystem::path& private_key;
};

/// Where it fails, `culprit` is the file at fault.
tls_identity read_identity(const file_pair& from, const std::filesystem::path*& culprit,
                           std::error_code& ec) {
    ec.clear();
    tls_identity read;
    culprit = &from.certificates;
    read.certificates = read_file(from.certificates, ec);
    if (!ec)
        detail::certificates_from_pem(read.certificates, ec);
    if (ec)
        return {};
    culprit = &from.private_key;
    read.private_key = read_file(from.private_key, ec);
    if (!ec)
        detail::credentials_from(read, ec);
    return ec ? tls_identity{} : read;
}

tls_identity read_aside(const file_pair& from, const std::filesystem::path*& culprit,
                        std::error_code& ec) try {
    return fibers::blocking([&] { return read_identity(from, culprit, ec); });
} catch (const std::system_error& withdrawn) {
    ec = withdrawn.code();
    return {};
}

} // namespace

tls_identity tls_identity::from_files(const std::filesystem::path& certificates,
                                      const std::filesystem::path& private_key) {
    const std::filesystem::path* culprit = &certificates;
    return detail::or_throw(
        [&](std::error_code& ec) {
            return read_aside({certificates, private_key}, culprit, ec);
        },
        [&] { return "cannot use " + culprit->string(); });
}

tls_identity tls_identity::from_files(const std::filesystem::path& certificates,
                                      const std::filesystem::path& private_key,
                                      std::error_code& ec) {
    const std::filesystem::path* culprit = nullptr;
    return read_aside({certificates, private_key}, culprit, ec);
}

} // namespace netio
