#include <netio/directory.hpp>

#include <netio/detail/blocking_call.hpp>
#include <netio/detail/or_throw.hpp>

#include <dirent.h>
#include <string_view>

namespace netio {
namespace {

constexpr std::size_t fetched_at_once = 256;

file_type type_of(const dirent& entry) noexcept {
    switch (entry.d_type) {
    case DT_REG:
        return file_type::regular;
    case DT_DIR:
        return file_type::directory;
    case DT_LNK:
        return file_type::symlink;
    case DT_UNKNOWN:
        return file_type::unknown;
    default:
        return file_type::other;
    }
}

} // namespace

void detail::close_directory::operator()(void* handle) const noexcept {
    ::closedir(static_cast<DIR*>(handle));
}

directory_reader::directory_reader(std::string path) : path_{std::move(path)} {
    detail::or_throw([this](std::error_code& ec) { open(ec); },
                     [this] { return "cannot open the directory " + path_; });
}

directory_reader::directory_reader(std::string path, std::error_code& ec) : path_{std::move(path)} {
    open(ec);
}

std::optional<directory_entry> directory_reader::next() {
    return detail::or_throw([this](std::error_code& ec) { return next(ec); },
                            [this] { return "cannot read the directory " + path_; });
}

std::optional<directory_entry> directory_reader::next(std::error_code& ec) {
    ec.clear();
    if (handed_out_ == fetched_.size())
        fetch(ec);
    if (handed_out_ == fetched_.size())
        return std::nullopt;
    return std::move(fetched_[handed_out_++]);
}

void directory_reader::open(std::error_code& ec) {
    const auto call = [this] {
        handle_.reset(::opendir(path_.c_str()));
        return handle_ ? 0 : -1;
    };
    detail::blocking_call(call, ec);
}

void directory_reader::fetch(std::error_code& ec) {
    fetched_.clear();
    handed_out_ = 0;
    if (!handle_) {
        ec = std::make_error_code(std::errc::bad_file_descriptor);
        return;
    }
    const auto call = [this] {
        while (fetched_.size() != fetched_at_once) {
            errno = 0; // readdir(3) tells a failure from the end only by it
            const dirent* entry = ::readdir(static_cast<DIR*>(handle_.get()));
            if (!entry)
                return errno == 0 ? 0 : -1;
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..")
                fetched_.push_back({std::string{name}, type_of(*entry)});
        }
        return 0;
    };
    detail::blocking_call(call, ec);
}

} // namespace netio
