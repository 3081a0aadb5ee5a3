#pragma once

#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// A folder of files, to be served.
class web_site {
  public:
    web_site();
    web_site(const web_site&) = delete;
    web_site& operator=(const web_site&) = delete;
    ~web_site();

    std::string root() const { return folder_ / "root"; }
    /// Beside it, where nobody is to come.
    std::string outside() const { return folder_ / "outside"; }

    void write(const std::string& path, std::string_view text) const;

    /// http_server for it, with these options.
    running_server serve(const std::vector<std::string>& options = {}) const;

  private:
    std::filesystem::path folder_;
};

/// "GET /path", as one who asks for nothing else sends it.
std::string get(const std::string& path);

/// One answer with a body whose length it says; what there is of it where the connection ends before.
std::string receive_answer(client& peer);
