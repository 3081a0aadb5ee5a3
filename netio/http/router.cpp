#include <netio/http/router.hpp>

#include <algorithm>
#include <tuple>

namespace netio::http {

router& router::on(verb method, std::string path, handler answer) {
    const bool is_prefix = path.ends_with('*');
    if (is_prefix)
        path.pop_back();
    auto at = std::ranges::find_if(routes_, [&](const route& each) {
        return each.is_prefix == is_prefix && each.path == path;
    });
    if (at == routes_.end()) {
        const auto rank = [](const route& each) {
            return std::tuple{each.is_prefix, -static_cast<std::ptrdiff_t>(each.path.size())};
        };
        route added{std::move(path), is_prefix, {}};
        at = routes_.insert(std::ranges::upper_bound(routes_, rank(added), {}, rank),
                            std::move(added));
    }
    at->methods.emplace_back(method, std::move(answer));
    return *this;
}

void router::operator()(request& question, response& answer) const {
    const bool is_options = question.method() == verb::options;
    const route* const way = find(question.path());
    if (!way && !(is_options && question.path() == "*")) {
        answer.send_status(status::not_found);
    } else if (const handler* const found = way ? way->find(question.method()) : nullptr) {
        (*found)(question, answer);
    } else if (question.method() == verb::unknown) {
        answer.send_status(status::not_implemented);
    } else {
        answer.set(field::allow, way ? way->allowed() : "GET, HEAD, OPTIONS");
        if (is_options)
            answer.set_status(status::no_content);
        else
            answer.send_status(status::method_not_allowed);
    }
}

const router::route* router::find(std::string_view path) const noexcept {
    const auto found =
        std::ranges::find_if(routes_, [&](const route& each) { return each.matches(path); });
    return found == routes_.end() ? nullptr : &*found;
}

bool router::route::matches(std::string_view wanted) const noexcept {
    return is_prefix ? wanted.starts_with(path) : wanted == path;
}

const handler* router::route::find(verb method) const noexcept {
    for (const verb wanted : {method, method == verb::head ? verb::get : method, verb::unknown})
        for (const auto& [known, answer] : methods)
            if (known == wanted)
                return &answer;
    return nullptr;
}

std::string router::route::allowed() const {
    std::string list;
    const auto add = [&](std::string_view method) {
        if (list.find(method) == list.npos)
            list.append(list.empty() ? "" : ", ").append(method);
    };
    for (const auto& [method, answer] : methods) {
        const auto name = boost::beast::http::to_string(method);
        add({name.data(), name.size()});
        if (method == verb::get)
            add("HEAD");
    }
    add("OPTIONS");
    return list;
}

} // namespace netio::http
