#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace netio {

/// Who somebody is, and what proves it: PEM (RFC 7468).
struct tls_identity {
    /// The own certificate first, then those that lead to an authority.
    std::string certificates;
    /// Not encrypted.
    std::string private_key;

    /// *Suspends until* the files have been read.
    /// *Fails with* std::errc::no_such_file_or_directory, permission_denied …;
    /// tls_errc::invalid_certificate, invalid_private_key, key_mismatch. The exception names the file.
    static tls_identity from_files(const std::filesystem::path& certificates,
                                   const std::filesystem::path& private_key);
    static tls_identity from_files(const std::filesystem::path& certificates,
                                   const std::filesystem::path& private_key, std::error_code& ec);
};

/// TLS 1.2 is RFC 5246, 1.3 is RFC 8446. What came before is broken (RFC 8996) and not spoken.
enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

/// What a server does with certificates of clients.
enum class tls_client_certificate : std::uint8_t {
    ignored,  ///< does not ask
    welcome,  ///< asks; one that is shown must be good
    required, ///< and refuses who has none
};

struct tls_client_options {
    /// The server must prove that it is the host that was asked for. Without this, anybody in between
    /// can read and change everything.
    bool verify_peer = true;
    /// Trusts whom the system trusts: OpenSSL's file or directory of authorities, or those that
    /// SSL_CERT_FILE and SSL_CERT_DIR name.
    bool system_authorities = true;
    /// Others to trust: certificates, PEM.
    std::string authorities = {};
    /// For servers that ask.
    std::optional<tls_identity> identity = {};
    /// ALPN (RFC 7301), the one liked best first: "h2", "http/1.1". None: it is not offered.
    std::vector<std::string> application_protocols = {};
    tls_version minimum_version = tls_version::tls_1_2;
    /// Of how many hosts the last session is remembered, which makes the next handshake shorter.
    std::size_t remembered_sessions = 256;
};

struct tls_server_options {
    /// A client gets the certificates that are made out to the name it asks for (SNI, RFC 6066), or
    /// the first. There must be one.
    std::vector<tls_identity> identities = {};
    tls_client_certificate client_certificate = tls_client_certificate::ignored;
    /// Who vouches for clients: certificates, PEM.
    std::string authorities = {};
    /// ALPN, the one liked best first. A client that offers only others is refused; one that offers
    /// none is not.
    std::vector<std::string> application_protocols = {};
    tls_version minimum_version = tls_version::tls_1_2;
};

} // namespace netio
