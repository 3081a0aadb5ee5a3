#include <apps/weft_top/snapshot.hpp>

#include <fibers/now.hpp>
#include <netio/buffer.hpp>
#include <netio/unix_stream.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace {

using nlohmann::json;

std::string ask(const netio::unix_endpoint& where, std::string_view line) {
    auto inspector = netio::unix_stream::connect(where);
    inspector.write_all(netio::buffer(line));
    std::string answer, block(64 * 1024, '\0');
    while (const std::size_t size = inspector.read(netio::buffer(block)))
        answer.append(block, 0, size);
    return answer;
}

/// A fiber's name may be any text, and a terminal obeys what is not printable.
std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    return text;
}

std::chrono::duration<double> seconds(const json& number) {
    return std::chrono::duration<double>{number.get<double>()};
}

snapshot::worker worker_from(const json& object) {
    return {.thread = object.at("thread"),
            .held = object.at("held"),
            .system_call = object.at("system_call"),
            .fibers = object.at("fibers"),
            .cpu_time = seconds(object.at("cpu_time_s"))};
}

snapshot::fiber fiber_from(const json& object) {
    snapshot::fiber fiber{.id = object.at("id"),
                          .name = printable(object.at("name")),
                          .worker = object.at("worker"),
                          .state = object.at("state"),
                          .waits_for = printable(object.at("waits_for")),
                          .for_time = seconds(object.at("for_time_s")),
                          .deadline = {},
                          .stack = object.at("stack")};
    if (object.contains("deadline_s"))
        fiber.deadline = seconds(object.at("deadline_s"));
    return fiber;
}

} // namespace

snapshot take_snapshot(const netio::unix_endpoint& where) {
    const std::string answer = ask(where, "fibers json\n");
    try {
        const json object = json::parse(answer);
        snapshot taken{.taken = fibers::now(),
                       .name = printable(object.at("name")),
                       .workers = {},
                       .fibers = {},
                       .fresh = object.at("fresh"),
                       .left_out = object.at("left_out")};
        for (const json& worker : object.at("workers"))
            taken.workers.push_back(worker_from(worker));
        for (const json& fiber : object.at("fibers"))
            taken.fibers.push_back(fiber_from(fiber));
        return taken;
    } catch (const json::exception& error) {
        throw std::runtime_error{where.to_string() + ": no inspector: " + error.what()};
    }
}
