#include <nettle/sha2.h>
#include <nettle/version.h>

// Nettle 4 dropped the length of the digest, and Swift can't tell which one it has.
static inline void farm_sha256_finish(struct sha256_ctx *context, unsigned char *digest) {
#if NETTLE_VERSION_MAJOR >= 4
  sha256_digest(context, digest);
#else
  sha256_digest(context, SHA256_DIGEST_SIZE, digest);
#endif
}
