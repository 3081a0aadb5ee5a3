#include <fibers/dump.hpp>

#include <array>
#include <cstdio>
#include <map>
#include <sstream>

namespace fibers {

namespace {

std::string duration_text(std::chrono::nanoseconds time) {
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.2f s", std::chrono::duration<double>(time).count());
    return text.data();
}

void write_worker(std::ostream& out, std::size_t index, const worker_report& worker) {
    out << "worker " << index << " (thread " << worker.thread << "): " << worker.fibers
        << " fibers";
    if (worker.held) {
        out << "; a fiber holds it, ";
        if (worker.system_call.empty())
            out << "computing";
        else
            out << "in " << worker.system_call;
        out << ", so the others are not seen";
    }
    out << '\n';
}

void write_fiber(std::ostream& out, const fiber_report& fiber) {
    out << "fiber " << fiber.id;
    if (!fiber.name.empty())
        out << " \"" << fiber.name << '"';
    out << ", worker " << fiber.worker << ": ";
    switch (fiber.state) {
    case fiber_state::running:
        out << "runs, for " << duration_text(fiber.for_time);
        break;
    case fiber_state::ready:
        out << "can go on";
        break;
    case fiber_state::parked:
        out << "waits for " << fiber.waits_for << ", for " << duration_text(fiber.for_time);
        break;
    }
    if (fiber.deadline)
        out << ", until " << duration_text(*fiber.deadline) << " from now";
    out << '\n';
}

} // namespace

std::string to_text(const fiber_dump& dump) {
    std::ostringstream out;
    out << "runtime \"" << dump.name << "\": " << dump.workers.size() << " workers, " << dump.fresh
        << " fibers yet to begin\n";
    for (std::size_t i = 0; i < dump.workers.size(); ++i)
        write_worker(out, i, dump.workers[i]);

    // In the order of the first of each.
    std::map<std::vector<std::string>, std::size_t> group_of;
    std::vector<std::vector<const fiber_report*>> groups;
    for (const fiber_report& fiber : dump.fibers) {
        const auto [group, fresh] = group_of.try_emplace(fiber.stack, groups.size());
        if (fresh)
            groups.emplace_back();
        groups[group->second].push_back(&fiber);
    }
    for (const auto& group : groups) {
        if (!group.front()->stack.empty())
            out << '\n';
        for (const fiber_report* const fiber : group)
            write_fiber(out, *fiber);
        for (const std::string& frame : group.front()->stack)
            out << "    " << frame << '\n';
    }
    if (dump.left_out != 0)
        out << "and " << dump.left_out << " more fibers\n";
    return out.str();
}

} // namespace fibers
