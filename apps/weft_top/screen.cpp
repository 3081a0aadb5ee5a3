#include <apps/weft_top/screen.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

namespace {

constexpr std::size_t deepest_stack = 12;

std::string duration_text(std::chrono::duration<double> time) {
    const double seconds = time.count();
    if (seconds < 1)
        return fmt::format("{:.0f} ms", seconds * 1e3);
    if (seconds < 100)
        return fmt::format("{:.1f} s", seconds);
    if (seconds < 6000)
        return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

int rank(const snapshot::fiber& fiber) {
    return fiber.state == "running" ? 0 : fiber.state == "ready" ? 1 : 2;
}

std::vector<const snapshot::fiber*> in_order(const snapshot& now, order sorted_by) {
    std::vector<const snapshot::fiber*> fibers;
    for (const snapshot::fiber& fiber : now.fibers)
        fibers.push_back(&fiber);
    // By their places in the snapshot where nothing else tells them apart.
    std::sort(fibers.begin(), fibers.end(), [&](const auto* a, const auto* b) {
        switch (sorted_by) {
        case order::by_name:
            return std::tie(a->name, a) < std::tie(b->name, b);
        case order::by_time:
            return std::tuple{-a->for_time.count(), a} < std::tuple{-b->for_time.count(), b};
        case order::by_state:
            break;
        }
        return std::tuple{rank(*a), -a->for_time.count(), a} <
               std::tuple{rank(*b), -b->for_time.count(), b};
    });
    return fibers;
}

const snapshot::fiber* running_on(const snapshot& now, std::size_t worker) {
    const auto found = std::find_if(now.fibers.begin(), now.fibers.end(), [&](const auto& f) {
        return f.worker == worker && f.state == "running";
    });
    return found == now.fibers.end() ? nullptr : &*found;
}

std::string load_of(std::size_t index, const snapshot& now, const snapshot* before) {
    if (!before || index >= before->workers.size())
        return "-";
    const std::chrono::duration<double> passed = now.taken - before->taken;
    const auto used = now.workers[index].cpu_time - before->workers[index].cpu_time;
    return fmt::format("{:.0f} %", std::clamp(used / passed * 100, 0.0, 100.0));
}

std::string held_by(const snapshot& now, std::size_t index) {
    const snapshot::worker& worker = now.workers[index];
    if (!worker.held)
        return "";
    const snapshot::fiber* const holder = running_on(now, index);
    std::string text = holder ? fmt::format("HELD by fiber {} \"{}\" for {}", holder->id,
                                            holder->name, duration_text(holder->for_time))
                              : "HELD";
    return text + (worker.system_call.empty() ? ", computing" : ", in " + worker.system_call);
}

/// "a mutex (0x7f…)" → "a mutex"; "the end of fiber 0x7f…" → "the end of fiber".
std::string kind_of(const std::string& awaited) {
    return awaited.substr(0, std::min(awaited.find(" (0x"), awaited.find(" 0x")));
}

class picture {
  public:
    explicit picture(std::size_t most_lines) : room_(most_lines) {}

    template <class... Args>
    void line(fmt::format_string<Args...> format, Args&&... args) {
        if (room_ == 0)
            return;
        --room_;
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
        text_ += '\n';
    }

    std::string take() { return std::move(text_); }

  private:
    std::size_t room_;
    std::string text_;
};

void draw_workers(picture& out, const snapshot& now, const snapshot* before) {
    out.line("{:>6} {:>8} {:>6} {:>8}", "WORKER", "THREAD", "LOAD", "FIBERS");
    for (std::size_t i = 0; i < now.workers.size(); ++i) {
        const snapshot::worker& worker = now.workers[i];
        out.line("{:>6} {:>8} {:>6} {:>8}  {}", i, worker.thread, load_of(i, now, before),
                 worker.fibers, held_by(now, i));
        const snapshot::fiber* const holder = worker.held ? running_on(now, i) : nullptr;
        if (!holder)
            continue;
        for (std::size_t f = 0; f < std::min(deepest_stack, holder->stack.size()); ++f)
            out.line("{:>32}{}", "", holder->stack[f]);
    }
}

void draw_causes(picture& out, const snapshot& now) {
    std::map<std::string, std::size_t> causes;
    for (const snapshot::fiber& fiber : now.fibers)
        if (fiber.state == "parked")
            ++causes[kind_of(fiber.waits_for)];
    std::string text;
    for (const auto& [what, fibers] : causes)
        text += fmt::format("{}{} for {}", text.empty() ? "" : ", ", fibers, what);
    if (!text.empty())
        out.line("waiting: {}", text);
}

void draw_fibers(picture& out, const snapshot& now, order sorted_by) {
    out.line("{:<18} {:>6} {:<8} {:>9} {:>9}  {:<20} {}", "FIBER", "WORKER", "STATE", "FOR",
             "TIMEOUT", "NAME", "WAITS FOR");
    for (const snapshot::fiber* const fiber : in_order(now, sorted_by))
        out.line("{:<18} {:>6} {:<8} {:>9} {:>9}  {:<20} {}", fiber->id, fiber->worker,
                 fiber->state, fiber->state == "ready" ? "" : duration_text(fiber->for_time),
                 fiber->deadline ? duration_text(*fiber->deadline) : "", fiber->name,
                 fiber->waits_for);
    if (now.left_out != 0)
        out.line("and {} more", now.left_out);
}

} // namespace

std::string draw(const snapshot& now, const snapshot* before, order sorted_by,
                 std::size_t most_lines) {
    picture out{most_lines};
    const auto count = [&](const char* state) {
        return std::count_if(now.fibers.begin(), now.fibers.end(),
                             [&](const auto& fiber) { return fiber.state == state; });
    };
    out.line(
        "runtime \"{}\": {} workers; fibers: {} running, {} ready, {} waiting, {} yet to begin",
        now.name, now.workers.size(), count("running"), count("ready"), count("parked"), now.fresh);
    draw_causes(out, now);
    out.line("");
    draw_workers(out, now, before);
    out.line("");
    draw_fibers(out, now, sorted_by);
    return out.take();
}
