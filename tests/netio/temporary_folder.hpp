#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace test {

/// A folder that vanishes, with what is in it, at the end of the test.
class temporary_folder {
  public:
    temporary_folder() { ::mkdtemp(path_.data()); }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string operator/(const std::string& name) const { return path_ + '/' + name; }
    const std::string& path() const noexcept { return path_; }

  private:
    std::string path_ = std::filesystem::temp_directory_path() / "weft-XXXXXX";
};

} // namespace test
