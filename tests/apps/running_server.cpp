#include <tests/apps/running_server.hpp>

running_server::running_server(const std::vector<std::string>& command) : process{command} {
    const std::string endpoint = wait_for("listening on ");
    port_ = static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
}

running_server echo_server(std::vector<std::string> options) {
    options.insert(options.begin(), {"echo_server", "--port", "0"});
    return running_server{options};
}
