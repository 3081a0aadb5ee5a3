// http_server as its users see it: curl, nc and openssl.

#include <tests/apps/client.hpp>
#include <tests/apps/localhost_certificate.hpp>
#include <tests/apps/web_site.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

class HttpSite : public testing::Test {
  protected:
    void SetUp() override {
        if (!is_installed("curl"))
            GTEST_SKIP() << "curl is not installed";
        site.write("index.html", "<h1>hello</h1>\n");
        site.write("folder/index.html", "in the folder\n");
        site.write("large.bin", large);
        site.write("digits.txt", "0123456789");
    }

    /// curl's output for the path; its options come first.
    static std::string fetch(const running_server& server, const std::string& path,
                             std::vector<std::string> options = {}) {
        options.insert(options.begin(),
                       {"curl", "--silent", "--show-error", "--max-time", "10", "--path-as-is"});
        options.push_back("http://127.0.0.1:" + server.port_text() + path);
        const finished curl = run(options);
        EXPECT_EQ(curl.code, 0) << path << ": " << curl.err;
        return curl.out;
    }

    /// What curl's --write-out says of the answer.
    static std::string about(const running_server& server, const std::string& path,
                             const std::string& what, std::vector<std::string> options = {}) {
        options.insert(options.end(), {"--output", "/dev/null", "--write-out", what});
        return fetch(server, path, options);
    }

    static std::string status(const running_server& server, const std::string& path,
                              const std::vector<std::string>& options = {}) {
        return about(server, path, "%{http_code}", options);
    }

    const web_site site;
    const std::string large = random_bytes(3'000'000);
};

TEST_F(HttpSite, ServesFilesSmallAndLarge) {
    const running_server server = site.serve();
    EXPECT_EQ(fetch(server, "/"), "<h1>hello</h1>\n");
    EXPECT_EQ(fetch(server, "/index.html"), "<h1>hello</h1>\n");
    EXPECT_TRUE(fetch(server, "/large.bin") == large);
    EXPECT_EQ(about(server, "/", "%{content_type}"), "text/html; charset=utf-8");
    EXPECT_EQ(about(server, "/large.bin", "%{content_type}"), "application/octet-stream");
    EXPECT_EQ(status(server, "/missing"), "404");
    EXPECT_EQ(status(server, "/", {"--request", "DELETE"}), "405");
}

TEST_F(HttpSite, SaysAsMuchOfAFileByHead) {
    const running_server server = site.serve();
    const std::string head = fetch(server, "/large.bin", {"--head"});
    EXPECT_NE(head.find("Content-Length: 3000000\r\n"), head.npos) << head;
    EXPECT_NE(head.find("Accept-Ranges: bytes\r\n"), head.npos) << head;
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST_F(HttpSite, LeadsToFoldersAndTheirIndex) {
    const running_server server = site.serve();
    EXPECT_EQ(about(server, "/folder?a=b", "%{http_code} %{redirect_url}"),
              "301 http://127.0.0.1:" + server.port_text() + "/folder/?a=b");
    EXPECT_EQ(fetch(server, "/folder", {"--location"}), "in the folder\n");
    EXPECT_EQ(about(server, "//folder", "%{redirect_url}"),
              "http://127.0.0.1:" + server.port_text() + "/folder/");
    std::filesystem::create_directory(site.root() + "/empty");
    EXPECT_EQ(status(server, "/empty/"), "404");
}

TEST_F(HttpSite, SendsRanges) {
    const running_server server = site.serve();
    EXPECT_EQ(fetch(server, "/digits.txt", {"--range", "2-4"}), "234");
    EXPECT_EQ(fetch(server, "/digits.txt", {"--range", "7-"}), "789");
    EXPECT_EQ(fetch(server, "/digits.txt", {"--range", "-2"}), "89");
    EXPECT_EQ(fetch(server, "/digits.txt", {"--range", "8-100"}), "89");
    EXPECT_EQ(status(server, "/digits.txt", {"--range", "2-4"}), "206");
    EXPECT_TRUE(fetch(server, "/large.bin", {"--range", "1000000-2999998"}) ==
                large.substr(1'000'000, 1'999'999));
    const std::string beyond = fetch(server, "/digits.txt", {"--range", "10-", "--include"});
    EXPECT_TRUE(beyond.starts_with("HTTP/1.1 416")) << beyond;
    EXPECT_NE(beyond.find("Content-Range: bytes */10\r\n"), beyond.npos) << beyond;
    for (const char* ignored : {"bytes=4-2", "bytes=a-b", "lines=1-2", "bytes=", "bytes=0-8,0-8"})
        EXPECT_EQ(status(server, "/digits.txt", {"--header", "Range: " + std::string{ignored}}),
                  "200")
            << ignored;
}

TEST_F(HttpSite, SendsSeveralRanges) {
    const running_server server = site.serve();
    for (const std::string path : {"/digits.txt", "/large.bin"}) {
        const std::string text = path == "/large.bin" ? large : "0123456789";
        const std::string parts = fetch(server, path, {"--range", "0-1,5-6,-1", "--include"});
        EXPECT_NE(parts.find("Content-Type: multipart/byteranges; boundary="), parts.npos);
        for (const std::string& part :
             {text.substr(0, 2), text.substr(5, 2), text.substr(text.size() - 1)})
            EXPECT_NE(parts.find("\r\n\r\n" + part + "\r\n--"), parts.npos) << path;
        const std::string size = std::to_string(text.size());
        EXPECT_NE(parts.find("Content-Range: bytes 5-6/" + size + "\r\n"), parts.npos);
    }
}

TEST_F(HttpSite, SendsNothingThatTheClientHas) {
    const running_server server = site.serve();
    const std::string tag = about(server, "/digits.txt", "%header{etag}");
    const std::string date = about(server, "/digits.txt", "%header{last-modified}");
    if (tag.empty() || tag.starts_with("%"))
        GTEST_SKIP() << "this curl knows no %header";
    const auto asked = [&](const std::vector<std::string>& fields) {
        std::vector<std::string> options;
        for (const std::string& field : fields)
            options.insert(options.end(), {"--header", field});
        return status(server, "/digits.txt", options);
    };
    EXPECT_EQ(asked({"If-None-Match: " + tag}), "304");
    EXPECT_EQ(asked({"If-None-Match: \"other,\", W/" + tag}), "304");
    EXPECT_EQ(asked({"If-None-Match: *"}), "304");
    EXPECT_EQ(asked({"If-None-Match: \"other\""}), "200");
    EXPECT_EQ(asked({"If-Modified-Since: " + date}), "304");
    EXPECT_EQ(asked({"If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"}), "200");
    EXPECT_EQ(asked({"If-Modified-Since: yesterday"}), "200");
    EXPECT_EQ(asked({"If-None-Match: \"other\"", "If-Modified-Since: " + date}), "200");
    EXPECT_EQ(asked({"If-Match: " + tag}), "200");
    EXPECT_EQ(asked({"If-Match: \"other\""}), "412");
    EXPECT_EQ(asked({"If-Match: W/" + tag}), "412");
    EXPECT_EQ(asked({"If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"}), "412");
    EXPECT_EQ(asked({"If-Unmodified-Since: " + date}), "200");
    EXPECT_EQ(asked({"Range: bytes=0-1", "If-Range: " + tag}), "206");
    EXPECT_EQ(asked({"Range: bytes=0-1", "If-Range: " + date}), "206");
    EXPECT_EQ(asked({"Range: bytes=0-1", "If-Range: \"other\""}), "200");
}

TEST_F(HttpSite, SeesWhenAFileHasChanged) {
    const running_server server = site.serve();
    EXPECT_EQ(fetch(server, "/digits.txt"), "0123456789");
    site.write("digits.txt", "no more");
    const auto end = std::chrono::steady_clock::now() + patience;
    while (fetch(server, "/digits.txt") != "no more" && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(50ms);
    EXPECT_EQ(fetch(server, "/digits.txt"), "no more");
}

TEST_F(HttpSite, LetsNobodyOut) {
    std::ofstream{site.outside() + "/secret"} << "secret";
    std::filesystem::create_symlink("../outside/secret", site.root() + "/link");
    std::filesystem::create_directory_symlink("../outside", site.root() + "/folder_link");
    std::filesystem::create_symlink(site.outside() + "/secret", site.root() + "/absolute_link");
    std::filesystem::create_symlink("digits.txt", site.root() + "/link_within");
    site.write(".hidden", "secret");
    site.write(".git/config", "secret");
    site.write(".well-known/known", "known");
    const running_server server = site.serve();
    for (const char* path :
         {"/../outside/secret", "/folder/../../outside/secret", "/%2e%2e/outside/secret",
          "/..%2foutside%2fsecret", "/folder/%2e%2e/%2e%2e/outside/secret", "/link",
          "/absolute_link", "/folder_link/secret", "/folder_link", "/.hidden", "/.git/config",
          "/%2egit/config", "/digits.txt%00", "/digits.txt/", "//../outside/secret", "/..", "/...",
          "/%252e%252e/outside/secret", "/..%5coutside%5csecret"}) {
        const std::string answer = fetch(server, path, {"--include"});
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 404")) << path << ": " << answer;
        EXPECT_EQ(answer.find("secret\n"), answer.npos) << path;
    }
    EXPECT_EQ(status(server, "/%zz"), "400");
    EXPECT_EQ(fetch(server, "/link_within"), "0123456789");
    EXPECT_EQ(fetch(server, "/.well-known/known"), "known");
}

TEST_F(HttpSite, WritesALineForEachAnswer) {
    const std::string file = site.outside() + "/log";
    running_server server = site.serve({"--access-log", file});
    fetch(server, "/digits.txt");
    fetch(server, "/a%22b\\");
    run({"nc", "-N", "127.0.0.1", server.port_text()}, "nonsense\r\n\r\n");
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0) << server.err();
    std::ostringstream log;
    log << std::ifstream{file}.rdbuf();
    EXPECT_TRUE(log.str().starts_with("127.0.0.1 - - [")) << log.str();
    EXPECT_NE(log.str().find("] \"GET /digits.txt HTTP/1.1\" 200 10\n"), std::string::npos)
        << log.str();
    EXPECT_NE(log.str().find("\"GET /a%22b\\x5c HTTP/1.1\" 404 "), std::string::npos) << log.str();
    EXPECT_NE(log.str().find("\"-\" 400 "), std::string::npos) << log.str();
}

TEST_F(HttpSite, KeepsAConnectionAndAnswersPipelinedRequests) {
    running_server server = site.serve();
    const std::string both =
        get("/digits.txt") + get("/large.bin") + get("/folder/") + "GET / HTTP/1.0\r\n\r\n";
    const finished nc = run({"nc", "-w", "10", "127.0.0.1", server.port_text()}, both);
    const std::size_t first = nc.out.find("\r\n\r\n0123456789HTTP/1.1 200 OK");
    const std::size_t second = nc.out.find(large + "HTTP/1.1 200 OK");
    const std::size_t third = nc.out.find("\r\n\r\nin the folder\nHTTP/1.1 200 OK");
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    EXPECT_NE(third, nc.out.npos);
    EXPECT_TRUE(nc.out.ends_with("<h1>hello</h1>\n"));
    const std::string url = "http://127.0.0.1:" + server.port_text() + "/digits.txt";
    const finished curl =
        run({"curl", "--silent", "--max-time", "10", "--write-out", "%{num_connects} ", url, url});
    EXPECT_EQ(curl.out, "01234567891 01234567890 ");
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(server.wait_for("connections served: "), "2, requests answered: 6");
}

TEST_F(HttpSite, CountsForPrometheus) {
    const running_server server = site.serve();
    fetch(server, "/digits.txt");
    fetch(server, "/missing");
    const std::string text = fetch(server, "/metrics");
    for (const char* line :
         {"\nhttp_requests_total{status=\"200\"} 1\n", "\nhttp_requests_total{status=\"404\"} 1\n",
          "\nhttp_request_duration_seconds_bucket{le=\"+Inf\"} 2\n",
          "\nhttp_request_duration_seconds_count 2\n", "\nhttp_connections_open 1\n",
          "\nhttp_connections_accepted_total 3\n", "\nhttp_response_body_bytes_total 24\n"})
        EXPECT_NE(text.find(line), text.npos) << line << "\nin\n" << text;
    EXPECT_NE(text.find("\nweft_"), text.npos) << "the runtime's";
}

TEST_F(HttpSite, SpeaksHttps) {
    const localhost_certificate certificate;
    const running_server server =
        site.serve({"--tls", "--certificate", certificate.file(), "--key", certificate.key()});
    const std::string url = "https://localhost:" + server.port_text();
    const finished curl = run({"curl", "--silent", "--show-error", "--max-time", "10", "--cacert",
                               certificate.file(), "--http1.1", url + "/large.bin"});
    EXPECT_EQ(curl.code, 0) << curl.err;
    EXPECT_TRUE(curl.out == large);
    const finished openssl =
        run({"sh", "-c",
             "openssl s_client -alpn h2,http/1.1 -connect localhost:" + server.port_text() +
                 " </dev/null"});
    EXPECT_NE(openssl.out.find("ALPN protocol: http/1.1"), openssl.out.npos) << openssl.err;
}

TEST(HttpServerApp, SaysWhatItCannotServe) {
    const finished missing = run({"http_server", "--port", "0", "--root", "/nowhere"});
    EXPECT_EQ(missing.code, 1);
    EXPECT_NE(missing.err.find("/nowhere"), std::string::npos) << missing.err;
    EXPECT_NE(run({"http_server", "--port", "0"}).code, 0);
}

} // namespace
