#include <apps/crawler/crawl.hpp>

#include <apps/crawler/concurrency.hpp>
#include <apps/crawler/frontier.hpp>
#include <apps/crawler/host.hpp>
#include <apps/crawler/progress.hpp>
#include <apps/crawler/web.hpp>

#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace {

std::uint64_t checksum_of(std::string_view text) {
    std::uint64_t sum = 14695981039346656037u; // FNV-1a
    for (const char c : text)
        sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return sum;
}

std::vector<url> links_in(std::string_view body) {
    constexpr std::string_view before = "<a href=\"";
    std::vector<url> links;
    for (std::size_t at = 0; (at = body.find(before, at)) != body.npos;) {
        at += before.size();
        if (const auto link = parse_url(body.substr(at, body.find('"', at) - at)))
            links.push_back(*link);
    }
    return links;
}

class crawler {
  public:
    explicit crawler(const options& chosen)
        : web_{chosen.hosts, chosen.pages, chosen.latency}
        , threads_{chosen.threads}
        , all_there_{static_cast<std::ptrdiff_t>(chosen.threads)} {
        for (std::size_t i = 0; i < web_.hosts(); ++i)
            hosts_.emplace_back(web_, i, chosen.connections);
        if (chosen.progress)
            progress_.emplace(frontier_);
    }

    tally run() {
        std::vector<conc::jthread> threads;
        std::vector<conc::future<tally>> results;
        try {
            while (threads.size() < threads_) {
                conc::packaged_task<tally()> work{[this] { return work_until_over(); }};
                results.push_back(work.get_future());
                threads.emplace_back(std::move(work));
            }
        } catch (...) {
            // There are no more threads to be had: those that are there need not wait for them.
            frontier_.stop();
            all_there_.count_down(static_cast<std::ptrdiff_t>(threads_ - threads.size()));
            throw;
        }
        tally all;
        for (conc::future<tally>& each : results)
            all += each.get();
        return all;
    }

  private:
    /// The life of a thread.
    tally work_until_over() try {
        all_there_.arrive_and_wait();
        tally mine;
        while (const auto page = frontier_.next()) {
            const tally one = visit(*page);
            mine += one;
            if (progress_)
                progress_->add(one);
        }
        return mine;
    } catch (...) {
        frontier_.stop(); // the others end, too
        throw;
    }

    tally visit(const url& page) {
        const std::optional<response> answer = hosts_.at(page.host).get(page.page);
        if (!answer || answer->status != 200) {
            frontier_.finish({});
            return answer ? tally{.broken = 1} : tally{.disallowed = 1};
        }
        frontier_.finish(links_in(answer->body));
        return {.pages = 1, .bytes = answer->body.size(), .checksum = checksum_of(answer->body)};
    }

    const web web_;
    const std::size_t threads_;
    conc::latch all_there_;
    std::deque<host> hosts_;
    frontier frontier_{url{}};
    std::optional<progress> progress_;
};

} // namespace

tally crawl(const options& chosen) {
    return crawler{chosen}.run();
}
