#include <netio/detail/dump_json.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <sstream>

namespace netio::detail {

namespace {

using nlohmann::json;

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

const char* text_of(fibers::fiber_state state) {
    switch (state) {
    case fibers::fiber_state::running:
        return "running";
    case fibers::fiber_state::ready:
        return "ready";
    case fibers::fiber_state::parked:
        break;
    }
    return "parked";
}

json to_object(const fibers::worker_report& worker) {
    return {{"thread", worker.thread},
            {"held", worker.held},
            {"system_call", worker.system_call},
            {"fibers", worker.fibers},
            {"cpu_time_s", seconds(worker.cpu_time)}};
}

json to_object(const fibers::fiber_report& fiber) {
    std::ostringstream id;
    id << fiber.id;
    json object{{"id", id.str()},
                {"name", fiber.name},
                {"worker", fiber.worker},
                {"state", text_of(fiber.state)},
                {"waits_for", fiber.waits_for},
                {"for_time_s", seconds(fiber.for_time)},
                {"stack", fiber.stack}};
    if (fiber.deadline)
        object["deadline_s"] = seconds(*fiber.deadline);
    return object;
}

template <class Report>
json to_array(const std::vector<Report>& reports) {
    json array = json::array();
    for (const Report& report : reports)
        array.push_back(to_object(report));
    return array;
}

} // namespace

std::string to_json(const fibers::fiber_dump& dump) {
    const json object{{"name", dump.name},
                      {"workers", to_array(dump.workers)},
                      {"fibers", to_array(dump.fibers)},
                      {"fresh", dump.fresh},
                      {"left_out", dump.left_out}};
    // A fiber's name may be any bytes.
    return object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

} // namespace netio::detail
