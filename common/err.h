/* SPDX-License-Identifier: MIT */
/* One error type for the whole program. Every value has a stable word, used in logs, encvoyctl
 * and the manual, and a sentence for people. Values travel between processes: append only. */
#ifndef ENCVOY_COMMON_ERR_H
#define ENCVOY_COMMON_ERR_H

#define ERR_TABLE(X)                                                                             \
	X(OK, "ok", "success")                                                                   \
	/* this program and this machine */                                                      \
	X(INTERNAL, "internal", "an internal error happened")                                    \
	X(NOMEM, "out-of-memory", "out of memory")                                               \
	X(IO, "io", "reading or writing failed")                                                 \
	X(TIMEOUT, "timeout", "it took too long")                                                \
	X(CLOSED, "closed", "the other side closed the connection")                              \
	X(CANCELLED, "cancelled", "it was cancelled")                                            \
	X(SYNTAX, "bad-syntax", "the text is not well-formed")                                   \
	X(RANGE, "out-of-range", "the value is out of range")                                    \
	X(TOO_LONG, "too-long", "it is too long")                                                \
	X(NOT_FOUND, "not-found", "there is no such entry")                                      \
	X(EXISTS, "exists", "there is already such an entry")                                    \
	X(PERMISSION, "permission-denied", "the caller has no right to this")                    \
	X(CONFIG, "bad-configuration", "the configuration is not usable")                        \
	X(UNSAFE_FILE, "unsafe-file", "the file is a link, foreign-owned or writable by others") \
	X(PROTOCOL, "protocol-error", "a message was malformed or came at the wrong time")       \
	X(VERSION, "version-mismatch", "the two sides speak different versions")                 \
	X(NO_DAEMON, "daemon-unreachable", "encvoyd does not answer")                            \
	/* the decision about a user */                                                          \
	X(UNKNOWN_USER, "unknown-user", "this is no Encvoy ID user of this host")                \
	X(LOCAL_USER, "local-user", "the name belongs to a local user or group")                 \
	X(WRONG_USER, "wrong-user", "another person signed in than the one who was to log in")   \
	X(NOT_ALLOWED, "not-allowed", "no allow rule admits this user to this service")          \
	X(NO_NAME, "no-name", "no user name is bound to this person yet")                        \
	X(BAD_NAME, "bad-name", "the name cannot be a user name here")                           \
	X(NAME_RESERVED, "name-reserved", "the name is reserved")                                \
	X(NAME_TAKEN, "name-taken", "the name is bound to another person")                       \
	X(BAD_SUB, "bad-sub", "the subject identifier cannot be used here")                      \
	X(ID_RANGE, "id-out-of-range", "no usable uid follows from the subject identifier")      \
	X(BLOCKED, "blocked", "the user is blocked")                                             \
	X(DELETED, "deleted", "the user is deleted")                                             \
	X(LOGIN_TOO_OLD, "login-too-old", "the last full sign-in was too long ago")              \
	X(TOO_MANY, "too-many", "too many logins are waiting")                                   \
	X(SUPERSEDED, "superseded", "a newer login of the same user took over")                  \
	X(NO_METHOD, "no-method", "no sign-in method is available for this service")             \
	X(NO_ANSWER, "no-answer", "no answer was given")                                         \
	/* tokens */                                                                             \
	X(BAD_TOKEN, "bad-token", "this is not a token")                                         \
	X(CUT_OFF, "looks-cut-off", "the token looks cut off by the program that asked for it")  \
	X(BAD_BASE64, "bad-base64", "not canonical base64url")                                   \
	X(BAD_JSON, "bad-json", "not strict JSON")                                               \
	X(BAD_HEADER, "bad-header", "the token's header is not acceptable")                      \
	X(BAD_ALG, "bad-algorithm", "the signature algorithm is not allowed")                    \
	X(BAD_KEY, "bad-key", "the key cannot be used")                                          \
	X(UNKNOWN_KEY, "unknown-key", "the token names a key that the provider does not have")   \
	X(BAD_SIGNATURE, "bad-signature", "the signature does not verify")                       \
	X(WRONG_ISSUER, "wrong-issuer", "the token is from another issuer")                      \
	X(WRONG_AUDIENCE, "wrong-audience", "the token was made for another client")             \
	X(EXPIRED, "expired", "the token has expired")                                           \
	X(NOT_YET_VALID, "not-yet-valid", "the token lies in the future; is the clock right?")   \
	X(BAD_CLAIM, "bad-claim", "a claim is missing or not acceptable")                        \
	X(WRONG_NONCE, "wrong-nonce", "the token belongs to another sign-in")                    \
	X(WRONG_HOST, "wrong-host", "the token was made for another host")                       \
	X(USED_TOKEN, "used-token", "the token was used before")                                 \
	X(TOKEN_TOO_OLD, "token-too-old", "the token was made too long ago")                     \
	X(BAD_AT_HASH, "bad-at-hash", "the access token does not belong to the ID token")        \
	X(TOKEN_INACTIVE, "token-inactive", "the provider says that the token is not active")    \
	X(SUB_MISMATCH, "sub-mismatch", "two answers of the provider name different people")     \
	X(AUTH_TOO_OLD, "auth-too-old", "the sign-in at the provider was too long ago")          \
	X(TOKEN_KIND, "wrong-token-kind", "this kind of token is not accepted here")             \
	/* the provider */                                                                       \
	X(PROVIDER_UNREACHABLE, "provider-unreachable", "Encvoy ID cannot be reached")           \
	X(PROVIDER_ERROR, "provider-error", "Encvoy ID answered with an error or nonsense")      \
	X(ACCESS_DENIED, "access-denied", "Encvoy ID refused the sign-in")                       \
	X(BAD_CLIENT, "bad-client", "Encvoy ID does not accept this client id or secret")        \
	X(CODE_EXPIRED, "code-expired", "the code has expired")                                  \
	X(BAD_CODE, "bad-code", "the code is not valid")                                         \
	X(BAD_STATE, "bad-state", "the pasted address belongs to another sign-in")               \
	X(FOREIGN_ENDPOINT, "foreign-endpoint", "an endpoint is not https or not of the issuer") \
	X(TLS, "tls", "the provider's certificate or TLS version is not acceptable")             \
	/* the directory */                                                                      \
	X(WRONG_FLEET, "wrong-fleet", "the roster was made for another fleet")                   \
	X(OLD_SERIAL, "old-serial", "the roster is older than the one in use")                   \
	X(BAD_DIGEST, "bad-digest", "the file is not the one that was signed")                   \
	X(DIRECTORY_EXPIRED, "directory-expired", "the roster has expired beyond its grace")     \
	X(DROPPED, "dropped", "the user is no longer in the directory")                          \
	X(BAD_LOGIN, "bad-login", "the service account cannot sign in at the provider")          \
	X(BAD_PASSPHRASE, "bad-passphrase", "the passphrase is wrong or cannot be used")

enum err {
#define ERR_ENUM(name, word, text) ERR_##name,
	ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
	    ERR_COUNT
};

/* The stable word and the sentence; both static, and "internal" for a value out of range. */
const char *err_word(enum err e);
const char *err_text(enum err e);

/* A number from another process as an error; anything unknown becomes ERR_INTERNAL. */
enum err err_from_wire(unsigned value);

#endif
