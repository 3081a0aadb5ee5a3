#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace test {

/// A new folder, removed in the end with all that is in it.
class temporary_folder {
  public:
    temporary_folder() { ::mkdtemp(path_.data()); }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() { std::filesystem::remove_all(path_); }

    std::string operator/(const std::string& name) const { return path_ + '/' + name; }

  private:
    std::string path_ = std::filesystem::temp_directory_path() / "weft-XXXXXX";
};

} // namespace test
