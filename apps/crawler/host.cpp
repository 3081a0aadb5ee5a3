#include <apps/crawler/host.hpp>

#include <charconv>
#include <string_view>

namespace {

/// The page that a robots.txt rules out, if it does.
std::optional<std::size_t> disallowed_by(const response& robots) {
    constexpr std::string_view rule = "Disallow: /";
    const std::size_t found = robots.body.find(rule);
    if (robots.status != 200 || found == std::string::npos)
        return std::nullopt;
    const char* const end = robots.body.data() + robots.body.size();
    std::size_t page = 0;
    std::from_chars(robots.body.data() + found + rule.size(), end, page);
    return page;
}

/// One of the connections to a host, as long as it lives.
class connection {
  public:
    explicit connection(conc::counting_semaphore<>& all) : all_{all} { all_.acquire(); }
    ~connection() { all_.release(); }
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

  private:
    conc::counting_semaphore<>& all_;
};

} // namespace

std::optional<response> host::get(std::size_t page) {
    if (!allows(page))
        return std::nullopt;
    const connection mine{connections_};
    return web_.get({number_, page});
}

bool host::allows(std::size_t page) {
    // Whoever comes first asks; the others wait for the same answer.
    conc::call_once(robots_asked_for_, [this] {
        const auto ask = [this] { return disallowed_by(web_.get_robots(number_)); };
        disallowed_ = conc::async(conc::launch::async, ask).share();
    });
    return disallowed_.get() != page;
}
