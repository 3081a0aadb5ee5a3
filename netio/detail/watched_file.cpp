#include <netio/detail/watched_file.hpp>

#include <cstddef>
#include <fstream>
#include <sys/stat.h>

namespace netio::detail {
namespace {

constexpr std::size_t longest_file = 64 << 20;

} // namespace

watched_file::stamp watched_file::stamp_of_file() const noexcept {
    struct ::stat status;
    if (::stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return {};
    return {status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec};
}

std::string watched_file::read() {
    // Before the text: what is changed meanwhile is seen as a change the next time.
    stamp_ = stamp_of_file();
    std::string text;
    if (stamp_ == stamp{})
        return text;
    std::ifstream file{path_, std::ios::binary};
    char block[16384];
    while (text.size() < longest_file && (file.read(block, sizeof block) || file.gcount() > 0))
        text.append(block, static_cast<std::size_t>(file.gcount()));
    return text;
}

} // namespace netio::detail
