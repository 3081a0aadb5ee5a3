#include <apps/dns_lookup/options.hpp>

#include <apps/cli/command_line.hpp>

#include <chrono>
#include <string_view>
#include <system_error>

namespace {

constexpr std::uint16_t dns_port = 53;

/// "127.0.0.1", "::1", "127.0.0.1:5300", "[::1]:5300".
netio::endpoint parse_server(const std::string& text) {
    std::error_code ec;
    const auto address = netio::ip_address::parse(text, ec);
    return ec ? netio::endpoint::parse(text) : netio::endpoint{address, dns_port};
}

} // namespace

options options_from(int argc, char** argv) {
    CLI::App app{"Asks name servers, as dig does; all questions at once, each in a fiber.\n"
                 "Example: dns_lookup example.org mx txt @127.0.0.1:5300 +short",
                 "dns_lookup"};
    std::vector<std::string> words, addresses;
    app.add_option("words", words,
                   "names; types such as AAAA, for all of them (default: A); @SERVER or "
                   "@SERVER:PORT, as many as there are; +short")
        ->type_name("");
    app.add_option("-x,--reverse", addresses, "an address whose names are wanted")
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    std::chrono::milliseconds timeout{5000};
    cli::add_duration(app, "--timeout", timeout, "how long a server has to answer at first");
    unsigned tries = 2;
    app.add_option("--tries", tries, "how many times each server is asked")
        ->check(CLI::Range(1, 100).description(""))
        ->capture_default_str();
    cli::parse_or_exit(app, argc, argv);

    options chosen;
    chosen.resolver.timeout = timeout;
    chosen.resolver.tries = tries;
    std::vector<std::string> names;
    std::vector<netio::record_type> types;
    for (const std::string& word : words)
        if (word.starts_with('@'))
            chosen.resolver.servers.push_back(parse_server(word.substr(1)));
        else if (word == "+short")
            chosen.brief = true;
        else if (const auto type = netio::parse_record_type(word))
            types.push_back(*type);
        else
            names.push_back(word);

    if (types.empty())
        types.push_back(netio::record_type::a);
    for (const std::string& name : names)
        for (const netio::record_type type : types)
            chosen.questions.emplace_back(question{name, type});
    for (const std::string& address : addresses)
        chosen.questions.emplace_back(netio::ip_address::parse(address));
    if (chosen.questions.empty())
        throw std::system_error{std::make_error_code(std::errc::invalid_argument),
                                "there is nothing to look up"};
    return chosen;
}
