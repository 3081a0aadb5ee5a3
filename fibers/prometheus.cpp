#include <fibers/prometheus.hpp>

#include <chrono>
#include <cstdio>
#include <string_view>

namespace fibers {

namespace {

/// Label values are quoted.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"')
            out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

class page {
  public:
    explicit page(const runtime_metrics& metrics)
        : metrics_(metrics), runtime_("runtime=\"" + escaped(metrics.name) + '"') {}

    void family(const char* name, const char* type, const char* help) {
        name_ = std::string("weft_") + name;
        text_ += "# HELP " + name_ + ' ' + help + "\n# TYPE " + name_ + ' ' + type + '\n';
    }

    template <class Number>
    void sample(Number value, const std::string& labels = {}, const char* suffix = "") {
        text_ += name_ + suffix + '{' + runtime_ + (labels.empty() ? "" : ",") + labels + "} ";
        if constexpr (std::is_integral_v<Number>)
            text_ += std::to_string(value);
        else
            text_ += number(value);
        text_ += '\n';
    }

    /// One sample for each worker, value(worker).
    template <class Value>
    void per_worker(const char* name, const char* type, const char* help, Value value) {
        family(name, type, help);
        for (std::size_t i = 0; i < metrics_.workers.size(); ++i)
            sample(value(metrics_.workers[i]), worker_label(i));
    }

    static std::string worker_label(std::size_t index) {
        return "worker=\"" + std::to_string(index) + '"';
    }

    std::string take() { return std::move(text_); }

  private:
    const runtime_metrics& metrics_;
    const std::string runtime_;
    std::string name_, text_;
};

void add_fibers(page& out, const runtime_metrics& m) {
    out.family("fibers_alive", "gauge", "Fibers that have been spawned and have not ended.");
    out.sample(m.alive);
    out.family("fibers_fresh", "gauge", "Fibers that wait to begin.");
    out.sample(m.total.fresh);
    out.family("fibers_spawned_total", "counter", "Fibers that have been spawned.");
    out.sample(m.total.spawned);
    out.per_worker("fibers_ended_total", "counter", "Fibers that have ended.",
                   [](const worker_metrics& w) { return w.ended; });
    out.per_worker("fibers_stolen_total", "counter", "New fibers taken from other workers.",
                   [](const worker_metrics& w) { return w.stolen; });
    out.per_worker("fibers_ready", "gauge", "Fibers that can go on and wait for their turn.",
                   [](const worker_metrics& w) { return w.ready; });
    out.family("fibers_parked", "gauge", "Fibers that wait, by what they wait for.");
    for (const auto& [what, fibers] : m.total.parked)
        out.sample(fibers, "cause=\"" + escaped(what) + '"');
}

void add_workers(page& out) {
    out.per_worker("worker_switches_total", "counter", "Times that a worker turned to a fiber.",
                   [](const worker_metrics& w) { return w.switches; });
    out.per_worker("worker_polls_total", "counter", "Looks at the descriptors, epoll_wait(2).",
                   [](const worker_metrics& w) { return w.polls; });
    out.per_worker("worker_wakeups_total", "counter", "Times that a sleeping worker was woken.",
                   [](const worker_metrics& w) { return w.sleeps; });
    out.per_worker("worker_cpu_seconds_total", "counter", "Processor time of the worker's thread.",
                   [](const worker_metrics& w) { return seconds(w.cpu_time); });
    out.per_worker("worker_responsive", "gauge",
                   "1: it has answered this scrape; 0: one fiber holds it.",
                   [](const worker_metrics& w) { return w.counted ? 1 : 0; });
    out.per_worker("descriptors", "gauge",
                   "Descriptors registered with the worker's epoll instance.",
                   [](const worker_metrics& w) { return w.descriptors; });
    out.per_worker("stacks_in_use", "gauge", "Stacks that have a fiber.",
                   [](const worker_metrics& w) { return w.stacks_in_use; });
    out.per_worker("stacks_idle", "gauge", "Stacks that are kept for fibers to come.",
                   [](const worker_metrics& w) { return w.stacks_idle; });
    out.per_worker("stack_bytes", "gauge", "Address space of the stacks.",
                   [](const worker_metrics& w) { return w.stack_bytes; });
}

void add_queue_delay(page& out, const runtime_metrics& m) {
    out.family("queue_delay_seconds", "histogram",
               "How long a fiber that can go on waits for its turn; a sample.");
    for (std::size_t i = 0; i < m.workers.size(); ++i) {
        const delay_histogram& delays = m.workers[i].queue_delay;
        const std::string worker = page::worker_label(i);
        std::uint64_t so_far = 0;
        for (std::size_t b = 0; b < delay_histogram::buckets; ++b) {
            so_far += delays.counts[b];
            const bool last = b + 1 == delay_histogram::buckets;
            out.sample(so_far,
                       worker + ",le=\"" +
                           (last ? "+Inf" : number(seconds(delay_histogram::upper_bound(b)))) + '"',
                       "_bucket");
        }
        out.sample(seconds(delays.sum), worker, "_sum");
        out.sample(so_far, worker, "_count");
    }
}

void add_blocking(page& out, const blocking_metrics& b) {
    out.family("blocking_threads", "gauge", "Threads for blocking calls.");
    out.sample(b.threads);
    out.family("blocking_threads_busy", "gauge", "Threads that make a blocking call now.");
    out.sample(b.busy);
    out.family("blocking_calls_queued", "gauge", "Blocking calls that wait for a thread.");
    out.sample(b.queued);
    out.family("blocking_calls_total", "counter", "Blocking calls that have been made.");
    out.sample(b.done);
}

} // namespace

std::string to_prometheus(const runtime_metrics& metrics) {
    page out{metrics};
    add_fibers(out, metrics);
    add_workers(out);
    add_queue_delay(out, metrics);
    add_blocking(out, metrics.blocking);
    return out.take();
}

} // namespace fibers
