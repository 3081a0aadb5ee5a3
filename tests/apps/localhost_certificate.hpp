#pragma once

#include <filesystem>
#include <string>

/// A folder with a certificate for localhost and its key, as a person makes them.
class localhost_certificate {
  public:
    localhost_certificate();
    localhost_certificate(const localhost_certificate&) = delete;
    localhost_certificate& operator=(const localhost_certificate&) = delete;
    ~localhost_certificate();

    std::string file() const { return folder_ / "certificate.pem"; }
    std::string key() const { return folder_ / "key.pem"; }

  private:
    std::filesystem::path folder_;
};
