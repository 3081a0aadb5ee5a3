#include <netio/resolver.hpp>

#include <netio/detail/address_order.hpp>
#include <netio/detail/resolver_core.hpp>

#include <algorithm>
#include <functional>
#include <new>
#include <utility>
#include <variant>

namespace netio {
namespace {

using detail::name_answer;

/// What `look()` gives; also where its wait was interrupted, or memory ran out.
template <class Look>
name_answer answer_of(Look look) {
    name_answer failed;
    try {
        return look();
    } catch (const std::system_error& error) {
        failed.ec = error.code();
    } catch (const std::bad_alloc&) {
        failed.ec = std::make_error_code(std::errc::not_enough_memory);
    }
    return failed;
}

/// The answer, or the failure in `ec`.
template <class Look>
name_answer report(Look look, std::error_code& ec) {
    name_answer answer = answer_of(look);
    ec = answer.ec;
    return answer;
}

/// The answer, or an exception that says what was looked for.
template <class Look>
name_answer or_throw(Look look, std::string_view whom) {
    name_answer answer = answer_of(look);
    if (!answer.ec)
        return answer;
    std::string what = "cannot look up " + std::string{whom};
    if (answer.server)
        what += " at " + answer.server->to_string();
    throw std::system_error{answer.ec, what};
}

/// The data of that kind, without the aliases that led there.
template <class T>
std::vector<T> all_of(name_answer answer, record_type type) {
    std::vector<T> found;
    for (dns_record& each : answer.records)
        if (each.type == type)
            found.push_back(std::get<T>(std::move(each.data)));
    return found;
}

std::vector<ip_address> addresses_of(const name_answer& answer) {
    std::vector<ip_address> found;
    for (const dns_record& each : answer.records)
        if (const auto* const address = std::get_if<ip_address>(&each.data))
            found.push_back(*address);
    detail::sort_by_reachability(found);
    return found;
}

std::vector<srv_record> services_of(name_answer answer) {
    auto found = all_of<srv_record>(std::move(answer), record_type::srv);
    std::ranges::sort(found, {}, &srv_record::priority);
    return found;
}

std::vector<mx_record> exchanges_of(name_answer answer) {
    auto found = all_of<mx_record>(std::move(answer), record_type::mx);
    std::ranges::sort(found, {}, &mx_record::preference);
    return found;
}

std::vector<std::string> texts_of(name_answer answer) {
    std::vector<std::string> found;
    for (const txt_record& each : all_of<txt_record>(std::move(answer), record_type::txt)) {
        std::string& text = found.emplace_back();
        for (const std::string& part : each)
            text += part;
    }
    return found;
}

dns_answer whole(name_answer answer) {
    return {std::move(answer.records), answer.server};
}

} // namespace

resolver::resolver(const resolver_options& options)
    : core_{std::make_unique<detail::resolver_core>(options)} {}
resolver::resolver(resolver&&) noexcept = default;
resolver& resolver::operator=(resolver&&) noexcept = default;
resolver::~resolver() = default;

std::vector<ip_address> resolver::lookup(std::string_view host, address_family family) {
    return addresses_of(or_throw([&] { return core_->addresses(host, family); }, host));
}

std::vector<ip_address> resolver::lookup(std::string_view host, std::error_code& ec) {
    return lookup(host, address_family::any, ec);
}

std::vector<ip_address> resolver::lookup(std::string_view host, address_family family,
                                         std::error_code& ec) {
    return addresses_of(report([&] { return core_->addresses(host, family); }, ec));
}

std::vector<std::string> resolver::reverse(const ip_address& address) {
    return all_of<std::string>(or_throw([&] { return core_->names(address); }, address.to_string()),
                               record_type::ptr);
}

std::vector<std::string> resolver::reverse(const ip_address& address, std::error_code& ec) {
    return all_of<std::string>(report([&] { return core_->names(address); }, ec), record_type::ptr);
}

std::vector<srv_record> resolver::lookup_srv(std::string_view name) {
    return services_of(or_throw([&] { return core_->records(name, record_type::srv); }, name));
}

std::vector<srv_record> resolver::lookup_srv(std::string_view name, std::error_code& ec) {
    return services_of(report([&] { return core_->records(name, record_type::srv); }, ec));
}

std::vector<mx_record> resolver::lookup_mx(std::string_view domain) {
    return exchanges_of(or_throw([&] { return core_->records(domain, record_type::mx); }, domain));
}

std::vector<mx_record> resolver::lookup_mx(std::string_view domain, std::error_code& ec) {
    return exchanges_of(report([&] { return core_->records(domain, record_type::mx); }, ec));
}

std::vector<std::string> resolver::lookup_txt(std::string_view name) {
    return texts_of(or_throw([&] { return core_->records(name, record_type::txt); }, name));
}

std::vector<std::string> resolver::lookup_txt(std::string_view name, std::error_code& ec) {
    return texts_of(report([&] { return core_->records(name, record_type::txt); }, ec));
}

dns_answer resolver::query(std::string_view name, record_type type) {
    return whole(or_throw([&] { return core_->records(name, type); }, name));
}

dns_answer resolver::query(std::string_view name, record_type type, std::error_code& ec) {
    return whole(report([&] { return core_->records(name, type); }, ec));
}

} // namespace netio
