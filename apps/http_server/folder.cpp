#include <apps/http_server/folder.hpp>

#include <fibers/blocking.hpp>
#include <fibers/now.hpp>
#include <netio/http/date.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <mutex>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>
#include <utility>

using namespace std::chrono_literals;

namespace {

constexpr std::size_t largest_kept = 64 * 1024, most_kept = 256;

int open_beneath(int root, const char* path) {
    open_how how{};
    // A named pipe must not hold up who opens it.
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

bool is_hidden(std::string_view path) {
    for (std::size_t at = path.find("/."); at != path.npos; at = path.find("/.", at + 1)) {
        const std::string_view rest = path.substr(at + 1);
        if (rest.substr(0, rest.find('/')) != ".well-known")
            return true;
    }
    return false;
}

folder::outcome failure_of(int error) {
    switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return folder::outcome::no_room;
    default:
        return folder::outcome::missing;
    }
}

std::shared_ptr<document> describe(const struct stat& status, std::string_view path) {
    const auto made = std::make_shared<document>();
    made->size = static_cast<std::uint64_t>(status.st_size);
    made->modified = std::chrono::sys_seconds{std::chrono::seconds{status.st_mtim.tv_sec}};
    made->entity_tag = fmt::format("\"{:x}-{:x}.{:x}-{:x}\"", status.st_ino, status.st_mtim.tv_sec,
                                   status.st_mtim.tv_nsec, status.st_size);
    made->last_modified = netio::http::to_http_date(made->modified);
    made->type = content_type_of(path);
    return made;
}

/// Less than it should be: it is being changed.
std::string read_all(int fd, std::size_t size) {
    std::string text(size, '\0');
    std::size_t done = 0;
    while (done != size) {
        const auto count = ::pread(fd, text.data() + done, size - done, static_cast<off_t>(done));
        if (count <= 0)
            break;
        done += static_cast<std::size_t>(count);
    }
    text.resize(done);
    return text;
}

} // namespace

folder::folder(const std::string& root)
    : root_{::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)} {
    if (!root_)
        throw std::system_error{errno, std::generic_category(), "cannot open " + root};
    const netio::unique_descriptor itself{open_beneath(root_.get(), ".")};
    if (!itself)
        throw std::system_error{errno, std::generic_category(), "cannot look into " + root};
}

folder::lookup folder::find(std::string_view path) {
    if (is_hidden(path) || path.find('\0') != path.npos)
        return {outcome::missing, nullptr};
    {
        const std::scoped_lock lock{mutex_};
        if (const auto known = kept_.find(path);
            known != kept_.end() && fibers::now() < known->second.until)
            return {outcome::found, known->second.file};
    }
    std::string name{path};
    lookup result = fibers::blocking([&] { return open(name); });
    if (result.file && result.file->is_in_memory())
        keep(std::move(name), result.file);
    return result;
}

folder::lookup folder::open(const std::string& path) const {
    const char* const below = path.c_str() + 1; // without the slash
    netio::unique_descriptor opened{open_beneath(root_.get(), *below == '\0' ? "." : below)};
    struct stat status;
    if (!opened || ::fstat(opened.get(), &status) != 0)
        return {failure_of(errno), nullptr};
    if (S_ISDIR(status.st_mode))
        return {outcome::is_folder, nullptr};
    if (!S_ISREG(status.st_mode))
        return {outcome::missing, nullptr};
    const auto made = describe(status, path);
    if (made->size <= largest_kept) {
        made->content = read_all(opened.get(), made->size);
        made->size = made->content.size();
    } else {
        made->file = netio::file::adopt(opened.get(), path);
        static_cast<void>(opened.release());
    }
    return {outcome::found, made};
}

void folder::keep(std::string path, const std::shared_ptr<document>& file) {
    const std::scoped_lock lock{mutex_};
    if (kept_.size() >= most_kept)
        kept_.clear(); // seldom, and whatever is asked for often is back at once
    kept_[std::move(path)] = {file, fibers::now() + 1s};
}
