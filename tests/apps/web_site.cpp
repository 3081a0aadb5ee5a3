#include <tests/apps/web_site.hpp>

#include <gtest/gtest.h>

#include <fstream>

#include <stdlib.h>

web_site::web_site() {
    std::string name = testing::TempDir() + "weft_site_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    std::filesystem::create_directories(root());
    std::filesystem::create_directories(outside());
}

web_site::~web_site() {
    std::filesystem::remove_all(folder_);
}

void web_site::write(const std::string& path, std::string_view text) const {
    const std::filesystem::path file = folder_ / "root" / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file, std::ios::binary} << text;
}

running_server web_site::serve(const std::vector<std::string>& options) const {
    std::vector<std::string> command{"http_server", "--port", "0", "--root", root()};
    command.insert(command.end(), options.begin(), options.end());
    return running_server{command};
}

std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string receive_answer(client& peer) {
    constexpr std::string_view length = "\r\nContent-Length: ";
    std::string answer;
    while (!answer.ends_with("\r\n\r\n")) {
        const std::string byte = peer.receive(1);
        if (byte.empty())
            return answer;
        answer += byte;
    }
    const std::size_t at = answer.find(length);
    if (at != answer.npos)
        answer += peer.receive(std::stoul(answer.substr(at + length.size())));
    return answer;
}
