#include <netio/file.hpp>

#include <netio/detail/descriptor.hpp>
#include <netio/detail/file_engine.hpp>
#include <netio/detail/immediate.hpp>
#include <netio/detail/native_error.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/transfer_all.hpp>

#include <fcntl.h>
#include <unistd.h>

namespace netio {
namespace {

namespace engine = detail::file_engine;

int flags_of(const file_options& options) noexcept {
    int flags = !options.write ? O_RDONLY : options.read ? O_RDWR : O_WRONLY;
    if (options.create)
        flags |= O_CREAT;
    if (options.exclusive)
        flags |= O_EXCL;
    if (options.truncate)
        flags |= O_TRUNC;
    if (options.append)
        flags |= O_APPEND;
    return flags;
}

template <class Operation>
auto or_throw(Operation operation, const char* what, const std::string& path) {
    return detail::or_throw(operation, [&] { return what + (' ' + path); });
}

constexpr const char* opening = "cannot open";
constexpr const char* reading = "cannot read from";
constexpr const char* writing = "cannot write to";
constexpr const char* syncing = "cannot make safe on the disk";

} // namespace

file file::open(std::string path, const file_options& options) {
    return or_throw([&](std::error_code& ec) { return open(path, options, ec); }, opening, path);
}

file file::open(std::string path, const file_options& options, std::error_code& ec) {
    auto descriptor = engine::open(path, flags_of(options), options.permissions, ec);
    if (ec)
        return {};
    return {std::move(descriptor), std::move(path)};
}

file file::create(std::string path) {
    return or_throw([&](std::error_code& ec) { return create(path, ec); }, opening, path);
}

file file::create(std::string path, std::error_code& ec) {
    return open(std::move(path), {.read = false, .write = true, .create = true, .truncate = true},
                ec);
}

file file::adopt(int native_handle, std::string path) {
    return or_throw([&](std::error_code& ec) { return adopt(native_handle, path, ec); },
                    "cannot take over", path);
}

file file::adopt(int native_handle, std::string path, std::error_code& ec) {
    ec.clear();
    if (::fcntl(native_handle, F_GETFD) == -1) {
        ec = detail::native_error();
        return {};
    }
    auto descriptor = detail::descriptor::make(native_handle, ec);
    if (ec)
        return {};
    return {std::move(descriptor), std::move(path)};
}

std::size_t file::read(mutable_buffer into) {
    return or_throw([&](std::error_code& ec) { return read(into, ec); }, reading, path_);
}

std::size_t file::read(mutable_buffer into, std::error_code& ec) {
    return engine::read(descriptor_.get(), into, {}, ec);
}

void file::read_exactly(mutable_buffer into) {
    or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, reading, path_);
}

std::size_t file::read_exactly(mutable_buffer into, std::error_code& ec) {
    return detail::read_whole(*this, into, ec);
}

std::size_t file::write(const_buffer from) {
    return or_throw([&](std::error_code& ec) { return write(from, ec); }, writing, path_);
}

std::size_t file::write(const_buffer from, std::error_code& ec) {
    return engine::write(descriptor_.get(), from, {}, ec);
}

void file::write_all(const_buffer from) {
    or_throw([&](std::error_code& ec) { write_all(from, ec); }, writing, path_);
}

std::size_t file::write_all(const_buffer from, std::error_code& ec) {
    return detail::write_whole(*this, from, ec);
}

std::size_t file::read_at(std::uint64_t offset, mutable_buffer into) {
    return or_throw([&](std::error_code& ec) { return read_at(offset, into, ec); }, reading, path_);
}

std::size_t file::read_at(std::uint64_t offset, mutable_buffer into, std::error_code& ec) {
    return engine::read(descriptor_.get(), into, offset, ec);
}

std::size_t file::write_at(std::uint64_t offset, const_buffer from) {
    return or_throw([&](std::error_code& ec) { return write_at(offset, from, ec); }, writing,
                    path_);
}

std::size_t file::write_at(std::uint64_t offset, const_buffer from, std::error_code& ec) {
    return engine::write(descriptor_.get(), from, offset, ec);
}

void file::seek(std::uint64_t offset) {
    or_throw([&](std::error_code& ec) { seek(offset, ec); }, "cannot move the position in", path_);
}

void file::seek(std::uint64_t offset, std::error_code& ec) {
    const auto move = [&](int fd) { return ::lseek(fd, static_cast<off_t>(offset), SEEK_SET); };
    detail::immediate(descriptor_.get(), move, ec);
}

void file::sync() {
    or_throw([&](std::error_code& ec) { sync(ec); }, syncing, path_);
}

void file::sync(std::error_code& ec) {
    engine::sync(descriptor_.get(), ec);
}

void file::sync_data() {
    or_throw([&](std::error_code& ec) { sync_data(ec); }, syncing, path_);
}

void file::sync_data(std::error_code& ec) {
    engine::sync_data(descriptor_.get(), ec);
}

void file::truncate(std::uint64_t size) {
    or_throw([&](std::error_code& ec) { truncate(size, ec); }, "cannot truncate", path_);
}

void file::truncate(std::uint64_t size, std::error_code& ec) {
    engine::truncate(descriptor_.get(), size, ec);
}

std::uint64_t file::size() const {
    return or_throw([&](std::error_code& ec) { return size(ec); }, "cannot tell the size of",
                    path_);
}

std::uint64_t file::size(std::error_code& ec) const {
    return engine::size(descriptor_.get(), ec);
}

} // namespace netio
