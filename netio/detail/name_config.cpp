#include <netio/detail/name_config.hpp>

#include <fibers/blocking.hpp>
#include <fibers/now.hpp>

#include <climits>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace netio::detail {
namespace {

/// What follows the first dot of this machine's name.
std::string local_domain() {
    char name[HOST_NAME_MAX + 1] = {};
    if (::gethostname(name, sizeof name - 1) != 0)
        return {};
    const std::string_view host{name};
    const std::size_t dot = host.find('.');
    return dot == host.npos ? std::string{} : std::string{host.substr(dot + 1)};
}

[[noreturn]] void reject(const char* option) {
    throw std::system_error{std::make_error_code(std::errc::invalid_argument),
                            std::string{"netio::resolver_options::"} + option};
}

} // namespace

name_config_source::name_config_source(const resolver_options& options)
    : options_{options}, hosts_file_{options.hosts_file}, resolv_conf_{options.resolv_conf} {
    if (options_.timeout && options_.timeout->count() <= 0)
        reject("timeout");
    if (options_.tries && *options_.tries == 0)
        reject("tries");
    if (options_.questions_at_once == 0)
        reject("questions_at_once");
}

std::shared_ptr<const name_config> name_config_source::known() {
    const std::lock_guard guard{lock_};
    return known_;
}

std::shared_ptr<const name_config> name_config_source::fresh() {
    const std::lock_guard guard{lock_};
    return fibers::now() < fresh_until_ ? known_ : nullptr;
}

std::shared_ptr<const name_config> name_config_source::current() {
    if (auto config = fresh())
        return config;
    std::unique_lock reading{reading_, std::try_to_lock};
    if (!reading) {
        if (auto config = known())
            return config;
        reading.lock();
    }
    if (auto config = fresh()) // read by another meanwhile
        return config;

    const auto old = known();
    auto changed = fibers::blocking([&] { return read_files(old.get()); });
    const std::lock_guard guard{lock_};
    if (changed)
        known_ = std::move(changed);
    fresh_until_ = fibers::now() + options_.reread_after;
    return known_;
}

std::shared_ptr<const name_config> name_config_source::read_files(const name_config* old) {
    const bool hosts_changed = hosts_file_.changed(), rules_changed = resolv_conf_.changed();
    if (!hosts_changed && !rules_changed)
        return nullptr;
    auto read = old ? std::make_shared<name_config>(*old) : std::make_shared<name_config>();
    if (hosts_changed)
        read->hosts = std::make_shared<hosts_table>(hosts_file_.read());
    if (rules_changed) {
        read->rules = parse_resolv_conf(resolv_conf_.read(), local_domain());
        ++read->generation;
        if (!options_.servers.empty())
            read->rules.servers = options_.servers;
        read->rules.timeout = options_.timeout.value_or(read->rules.timeout);
        read->rules.tries = options_.tries.value_or(read->rules.tries);
    }
    return read;
}

} // namespace netio::detail
