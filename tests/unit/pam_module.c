/* SPDX-License-Identifier: MIT */
/* The module through libpam, against a daemon that says what it is told: what each entry point
 * returns, shows and asks. */
#include "sys/clock.h"
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#include <sys/resource.h>
#include <unistd.h>

#define SOCKET "socket"

static struct fake fake;
static struct person person;

static void answers(const char *first, const char *second)
{
	person = (struct person){.answers = {first, second}};
}

/* A call against a daemon that plays the script. */
static int against(const struct step *script, const char *service, pam_call call, int flags)
{
	int rc;

	fake_start(&fake, SOCKET, script, 1);
	rc = ground_call(service, USER, &person, call, flags);
	fake_stop(&fake, SOCKET);
	if (person.renamed)
		ok(false, "SEC-01: PAM_USER is as it was");
	return rc;
}

static const struct step granted[] = {
    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
static const struct step account_granted[] = {
    {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};

static void interactive(void)
{
	static const struct step script[] = {{.kind = STEP_ACK},
	    {STEP_SHOW, 0, "Open https://id.example/d\nand enter ABCD-EFGH.", "##\n##"},
	    {STEP_ASK, ASK_ENTER, "Press Enter when done: ", NULL},
	    {STEP_ASK, ASK_TOKEN, "Hidden: ", NULL}, {STEP_RESULT, ERR_OK, USER, "Welcome."},
	    {.kind = STEP_END}};

	answers("", "s3cret");
	is_int(against(script, "plain", pam_authenticate, 0), PAM_SUCCESS, "a whole conversation");
	is_str(person.text,
	    "Open https://id.example/d\nand enter ABCD-EFGH.\n##\n##\n"
	    "Press Enter when done: \nHidden: \n",
	    "shows and asks what the daemon said, and nothing else");
	is_int(person.told, 1, "text and QR code are one message");
	ok(person.asked == 2 && person.echoed == 1, "echo as the daemon wants it");
	is_str(fake.answer, "s3cret", "the answer arrives");
	is_int(fake.answer_len, 6, "unchanged");
}

static void request(void)
{
	answers(NULL, NULL);
	is_int(against(granted, "args", pam_authenticate, PAM_SILENT), PAM_SUCCESS, "arguments");
	is_int(fake.type, MSG_LOGIN, "a login");
	is_str(fake.request.user, USER, "user");
	is_str(fake.request.service, "args", "service");
	is_str(fake.request.rhost, "192.0.2.7", "remote host");
	is_str(fake.request.tty, "pts/9", "terminal");
	is_int(fake.request.flags, LOGIN_INTERACTIVE | LOGIN_SILENT, "flags");
}

static const char *nth_arg;

static void requests_args(void)
{
	struct step script[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
	int rc;

	answers(NULL, NULL);
	fake_start(&fake, SOCKET, script, 1);
	rc = ground_call("args", USER, &person, pam_authenticate, 0);
	/* before fake_stop, which frees what was heard */
	pthread_mutex_lock(&fake.lock);
	is_int(fake.request.n_args, 2, "both arguments arrive");
	nth_arg = fake.request.n_args == 2 ? fake.request.args[1] : "";
	is_str(nth_arg, "allow=sub:2 sub:3", "as they were written");
	pthread_mutex_unlock(&fake.lock);
	fake_stop(&fake, SOCKET);
	is_int(rc, PAM_SUCCESS, "and the login goes on");
}

static void token(void)
{
	static const struct step chatty[] = {{.kind = STEP_ACK}, {STEP_SHOW, 0, "Hello", ""},
	    {STEP_RESULT, ERR_OK, USER, "Welcome."}, {.kind = STEP_END}};
	static const struct step asking[] = {{.kind = STEP_ACK},
	    {STEP_ASK, ASK_TOKEN, "Token: ", NULL}, {STEP_RESULT, ERR_OK, USER, NULL},
	    {.kind = STEP_END}};
	static const struct step refusing[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_EXPIRED, "", "It expired."}, {.kind = STEP_END}};

	answers("eyJ.x.y", NULL);
	is_int(against(chatty, "token", pam_authenticate, 0), PAM_SUCCESS, "a token");
	is_str(person.text, "Token: \n", "is one question and nothing else");
	ok(person.asked == 1 && person.echoed == 0, "that is not echoed");
	is_str(fake.answer, "eyJ.x.y", "the answer is in the request");
	is_int(fake.request.flags, LOGIN_HAS_ANSWER, "which is not interactive");
	answers("eyJ.x.y", "second");
	is_int(against(asking, "token", pam_authenticate, 0), PAM_AUTH_ERR,
	    "a daemon that asks all the same gets no answer");
	is_int(person.asked, 1, "and the person no second question");
	answers("eyJ.x.y", NULL);
	is_int(against(refusing, "token", pam_authenticate, 0), PAM_AUTH_ERR, "a token refused");
	is_str(person.text, "Token: \n", "without a message");
	answers(NULL, NULL);
	is_int(against(granted, "token", pam_authenticate, 0), PAM_AUTH_ERR, "no answer");
	is_int(fake.connections, 0, "costs no connection");
	answers("\b\n\r\177INCORRECT", NULL);
	is_int(against(granted, "token", pam_authenticate, 0), PAM_AUTH_ERR,
	    "what sshd puts in place of an answer");
	is_int(fake.connections, 0, "costs no connection either");
	answers("", NULL);
	is_int(against(granted, "token", pam_authenticate, 0), PAM_SUCCESS,
	    "an empty answer is the daemon's to judge");
}

/* Only when nothing but a token will do does the module ask by itself. */
static void token_among_others(void)
{
	answers("x", NULL);
	is_int(
	    against(granted, "both", pam_authenticate, 0), PAM_SUCCESS, "a token or the browser");
	is_int(person.asked, 0, "is for the daemon to ask about");
	is_int(fake.request.flags, LOGIN_INTERACTIVE, "in an interactive login");
}

static void token_from_before(void)
{
	answers("from-before", NULL);
	is_int(against(granted, "behind", pam_authenticate, 0), PAM_SUCCESS,
	    "the token that an earlier module asked for");
	is_str(fake.answer, "from-before", "is used");
	is_int(person.asked, 1, "and not asked for again");
}

static void lengths(void)
{
	static const size_t sizes[] = {
	    0, 1, 510, 511, 512, 1022, 1023, 1024, 4094, 4095, 4096, 8192, ANSWER_MAX};
	static char big[64 * 1024 + 1];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(big, 'x', sizes[i]);
		big[sizes[i]] = 0;
		answers(big, NULL);
		is_int(against(granted, "token", pam_authenticate, 0), PAM_SUCCESS,
		    "SEC-11: a token of %zu bytes", sizes[i]);
		ok(fake.answer_len == sizes[i] && strcmp(fake.answer, big) == 0,
		    "SEC-11: arrives as it was typed");
	}
	for (size_t n = ANSWER_MAX + 1; n < sizeof(big); n = n * 2 - 2) {
		memset(big, 'x', n);
		big[n] = 0;
		answers(big, NULL);
		is_int(against(granted, "token", pam_authenticate, 0), PAM_AUTH_ERR,
		    "SEC-11: %zu bytes are refused", n);
		is_int(fake.connections, 0, "SEC-11: by the module itself");
	}
}

static void long_answers_to_questions(void)
{
	static const struct step script[] = {{.kind = STEP_ACK},
	    {STEP_ASK, ASK_PASTE, "Paste: ", NULL}, {STEP_RESULT, ERR_OK, USER, NULL},
	    {.kind = STEP_END}};
	static char big[64 * 1024 + 1];

	memset(big, 'y', sizeof(big) - 1);
	answers(big, NULL);
	is_int(against(script, "plain", pam_authenticate, 0), PAM_AUTH_ERR,
	    "SEC-11: an answer of 64 KiB to a question is refused");
	big[4095] = 0;
	answers(big, NULL);
	is_int(against(script, "plain", pam_authenticate, 0), PAM_SUCCESS, "SEC-11: 4095 bytes");
	is_int(fake.answer_len, 4095, "SEC-11: arrive");
}

static const struct outcome {
	enum err err;
	int auth;
	int account;
} outcomes[] = {
    {ERR_WRONG_USER, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_NOT_ALLOWED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_BLOCKED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_LOGIN_TOO_OLD, PAM_AUTH_ERR, PAM_ACCT_EXPIRED},
    {ERR_UNKNOWN_USER, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN},
    {ERR_TIMEOUT, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_PROVIDER_UNREACHABLE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_PERMISSION, PAM_CRED_INSUFFICIENT, PAM_PERM_DENIED},
    {ERR_CONFIG, PAM_SERVICE_ERR, PAM_SERVICE_ERR},
    {ERR_INTERNAL, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {(enum err)60000, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
};

static void refusals(void)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		const struct outcome *o = &outcomes[i];
		const struct step login[] = {{.kind = STEP_ACK},
		    {STEP_RESULT, (int)o->err, USER, "Sorry."}, {.kind = STEP_END}};

		answers(NULL, NULL);
		is_int(against(login, "plain", pam_authenticate, 0), o->auth,
		    "SEC-45: authentication, %s", err_word(o->err));
		is_str(person.text, "Sorry. (login abcdefgh)\n",
		    "the daemon's sentence is shown, with the login's id");
		is_int(person.errors, 1, "as an error");
		answers(NULL, NULL);
		is_int(against(login, "plain", pam_authenticate, PAM_SILENT), o->auth, "silently");
		is_str(person.text, "", "nothing is shown");
		answers(NULL, NULL);
		is_int(against(&login[1], "plain", pam_acct_mgmt, 0), o->account,
		    "SEC-45: account, %s", err_word(o->err));
		is_int(fake.type, MSG_ACCOUNT, "asked as such");
		answers(NULL, NULL);
		(void)against(&login[1], "plain", pam_authenticate, 0);
		is_int(person.errors, 1, "a refusal without acknowledgement is one");
	}
	answers(NULL, NULL);
	is_int(against(account_granted, "plain", pam_acct_mgmt, 0), PAM_SUCCESS, "account granted");
	is_int(person.asked + person.told + person.errors, 0, "without a conversation");
	answers(NULL, NULL);
	is_int(against(account_granted, "token", pam_acct_mgmt, 0), PAM_SUCCESS,
	    "for a token service");
}

/* SEC-01, SEC-03: a grant for somebody else is no grant. */
static void foreign_grants(void)
{
	static const char *const users[] = {
	    "", "encvoy-3", "encvoy-22", "encvoy-", "ENCVOY-2", "root"};

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		const struct step script[] = {
		    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, users[i], NULL}, {.kind = STEP_END}};

		answers(NULL, NULL);
		is_int(against(script, "plain", pam_authenticate, 0), PAM_SYSTEM_ERR,
		    "SEC-01: a grant for \"%s\" is no grant for " USER, users[i]);
		answers(NULL, NULL);
		is_int(against(&script[1], "plain", pam_acct_mgmt, 0), PAM_SYSTEM_ERR,
		    "SEC-01: nor in the account phase");
	}
}

/* What needs no daemon: none is there. */
static void quiet_phases(void)
{
	static const struct {
		pam_call call;
		int flags;
		int ours;
		const char *name;
	} calls[] = {
	    {pam_setcred, PAM_ESTABLISH_CRED, PAM_SUCCESS, "setcred, establish"},
	    {pam_setcred, PAM_DELETE_CRED, PAM_SUCCESS, "setcred, delete"},
	    {pam_setcred, PAM_REFRESH_CRED, PAM_SUCCESS, "setcred, refresh"},
	    {pam_open_session, 0, PAM_SUCCESS, "open session"},
	    {pam_close_session, 0, PAM_SUCCESS, "close session"},
	    {pam_chauthtok, 0, PAM_TRY_AGAIN, "chauthtok without a daemon"},
	    {pam_chauthtok, PAM_CHANGE_EXPIRED_AUTHTOK, PAM_TRY_AGAIN, "the same, expired"},
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		answers("x", "y");
		is_int(ground_call("plain", USER, &person, calls[i].call, calls[i].flags),
		    calls[i].ours, "SEC-45: %s of ours", calls[i].name);
		is_int(person.asked, 0, "asks nothing");
		answers("x", "y");
		is_int(ground_call("bad", "joe", &person, calls[i].call, calls[i].flags),
		    PAM_USER_UNKNOWN, "SEC-46: %s of a local user", calls[i].name);
		is_str(person.text, "", "says nothing");
	}
}

static void passphrase(void)
{
	static const struct step asking[] = {{.kind = STEP_ACK},
	    {STEP_ASK, ASK_PASSPHRASE, "New passphrase: ", NULL}, {STEP_RESULT, ERR_OK, USER, NULL},
	    {.kind = STEP_END}};
	static const struct step refusing[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_NO_METHOD, "", "Not here."}, {.kind = STEP_END}};

	answers("a new one", NULL);
	is_int(against(asking, "plain", pam_chauthtok, 0), PAM_SUCCESS, "a passphrase is set");
	is_str(fake.answer, "a new one", "to the one that was typed");
	ok(person.asked == 1 && person.echoed == 0, "once, and not echoed");
	ok((fake.request.flags & LOGIN_SET_PASSPHRASE) && (fake.request.flags & LOGIN_INTERACTIVE),
	    "by a conversation that says what it is for");
	answers(NULL, NULL);
	is_int(against(refusing, "plain", pam_chauthtok, 0), PAM_AUTHTOK_ERR,
	    "SEC-45: refused by the daemon");
	ok(strstr(person.text, "Not here.") != NULL, "with its reason");
	is_int(against(granted, "plain", pam_authenticate, 0), PAM_SUCCESS, "another login");
	ok(!(fake.request.flags & LOGIN_SET_PASSPHRASE), "sets none");
}

/* SEC-46: local users first, whatever is written behind the module's name. */
static void local_users(void)
{
	static const char *const users[] = {"root", "joe", "toor2", "Alice", "al ice", "-rf",
	    "www-data", "systemd-network", "\b\n\r\177INCORRECT",
	    "averyveryverylongnamethatnobodyshouldhave"};
	static const char *const services[] = {"plain", "token", "bad", "worse"};

	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++)
		for (size_t j = 0; j < sizeof(services) / sizeof(services[0]); j++) {
			answers("x", "y");
			fake_start(&fake, SOCKET, granted, 1);
			is_int(ground_call(services[j], users[i], &person, pam_authenticate, 0),
			    PAM_USER_UNKNOWN, "SEC-46: user %zu, service %s", i, services[j]);
			is_int(ground_call(services[j], users[i], &person, pam_acct_mgmt, 0),
			    PAM_USER_UNKNOWN, "SEC-46: also in the account phase");
			fake_stop(&fake, SOCKET);
			if (fake.connections || person.asked || *person.text)
				ok(false, "SEC-46: nothing is said and nobody asked");
		}
}

/* SEC-46: root's list alone lets the daemon be asked about a local account. */
static void listed_users(void)
{
	static const struct step for_joe[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_OK, "joe", NULL}, {.kind = STEP_END}};
	static const struct step no_local_user[] = {
	    {.kind = STEP_ACK}, {STEP_RESULT, ERR_LOCAL_USER, "", NULL}, {.kind = STEP_END}};
	static const char *const never[] = {"root", "toor2", "svc", "none"};
	static const char list[] = "# who may\n\n  joe \nroot\ntoor2\nsvc\nnone\n";

	ground_local_users(list, 0644);
	answers(NULL, NULL);
	fake_start(&fake, SOCKET, for_joe, 1);
	is_int(ground_call("plain", "joe", &person, pam_authenticate, 0), PAM_SUCCESS,
	    "SEC-46: a local user that root lists");
	is_str(fake.request.user, "joe", "is asked about");
	fake_stop(&fake, SOCKET);
	fake_start(&fake, SOCKET, for_joe + 1, 1);
	is_int(ground_call("plain", "joe", &person, pam_acct_mgmt, 0), PAM_SUCCESS,
	    "SEC-46: in the account phase as well");
	fake_stop(&fake, SOCKET);
	fake_start(&fake, SOCKET, no_local_user, 1);
	is_int(ground_call("plain", "joe", &person, pam_authenticate, 0), PAM_USER_UNKNOWN,
	    "SEC-46: whom the daemon does not know as one is skipped");
	fake_stop(&fake, SOCKET);
	is_int(ground_call("plain", "joe", &person, pam_chauthtok, 0), PAM_USER_UNKNOWN,
	    "SEC-46: his password is not ours");
	is_int(ground_call("plain", "joe", &person, pam_authenticate, 0), PAM_AUTHINFO_UNAVAIL,
	    "SEC-46: without a daemon he does not get in by us");
	fake_start(&fake, SOCKET, for_joe, 1);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		is_int(ground_call("plain", never[i], &person, pam_authenticate, 0),
		    PAM_USER_UNKNOWN, "SEC-46: %s cannot be listed", never[i]);
	fake_stop(&fake, SOCKET);
	is_int(fake.connections, 0, "SEC-46: nobody is asked about them");
}

static void unusable_lists(void)
{
	static const struct {
		const char *text;
		mode_t mode;
		const char *why;
	} lists[] = {{"joe\n", 0666, "writable by others"}, {"joe\n", 0664, "by a group"},
	    {"jo\njoey\n#joe\njoe joe\njoe:\nJOE\n", 0644, "of other names"},
	    {"", 0644, "that is empty"}, {NULL, 0, "that is not there"}};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		ground_local_users(lists[i].text, lists[i].mode);
		answers(NULL, NULL);
		fake_start(&fake, SOCKET, granted, 1);
		is_int(ground_call("plain", "joe", &person, pam_authenticate, 0), PAM_USER_UNKNOWN,
		    "SEC-46: a list %s lists nobody", lists[i].why);
		fake_stop(&fake, SOCKET);
		is_int(fake.connections, 0, "SEC-46: and nobody is asked");
	}
}

static void unreadable_passwd(void)
{
	ground_passwd(false);
	answers(NULL, NULL);
	is_int(against(granted, "plain", pam_authenticate, 0), PAM_SYSTEM_ERR,
	    "SEC-46: nobody is ours while local users are not known");
	is_int(fake.connections, 0, "SEC-46: the daemon is not asked");
	is_int(ground_call("bad", "root", &person, pam_authenticate, 0), PAM_USER_UNKNOWN,
	    "SEC-46: root gets past us even so");
	is_int(ground_call("plain", USER, &person, pam_open_session, 0), PAM_SESSION_ERR,
	    "SEC-03: no phase succeeds");
	is_int(ground_call("plain", USER, &person, pam_setcred, PAM_ESTABLISH_CRED), PAM_CRED_ERR,
	    "SEC-03: setcred neither");
	ground_passwd(true);
}

static void bad_arguments(void)
{
	static const char *const services[] = {"bad", "worse", "value", "many"};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		answers("x", NULL);
		is_int(against(granted, services[i], pam_authenticate, 0), PAM_SERVICE_ERR,
		    "SEC-46: service %s refuses our users", services[i]);
		is_int(fake.connections, 0, "without asking the daemon");
		is_int(person.asked, 0, "or the person");
		answers(NULL, NULL);
		is_int(against(account_granted, services[i], pam_acct_mgmt, 0), PAM_SERVICE_ERR,
		    "SEC-46: in the account phase as well");
	}
}

static void names_by_prompt(void)
{
	answers(USER, NULL);
	fake_start(&fake, SOCKET, granted, 1);
	is_int(ground_call("plain", NULL, &person, pam_authenticate, 0), PAM_SUCCESS,
	    "a user who is asked for the name");
	is_str(fake.request.user, USER, "is asked about");
	fake_stop(&fake, SOCKET);
	answers("root", NULL);
	is_int(ground_call("bad", NULL, &person, pam_authenticate, 0), PAM_USER_UNKNOWN,
	    "SEC-46: root by prompt");
	answers(NULL, NULL);
	ok(ground_call("plain", NULL, &person, pam_authenticate, 0) != PAM_SUCCESS, "nobody");
	answers(NULL, NULL);
	person.refuse = PAM_CONV_AGAIN;
	is_int(ground_call("plain", NULL, &person, pam_authenticate, 0), PAM_INCOMPLETE,
	    "a program that answers later");
	person.refuse = PAM_CONV_ERR;
	is_int(ground_call("plain", NULL, &person, pam_authenticate, 0), PAM_AUTH_ERR,
	    "a program that cannot answer");
}

/* Conversations that fail: of a web server that cannot show anything, of a client that left. */
static void no_conversation(void)
{
	static const struct step showing[] = {{.kind = STEP_ACK}, {STEP_SHOW, 0, "Hello", ""},
	    {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
	static const struct step asking[] = {{.kind = STEP_ACK},
	    {STEP_ASK, ASK_ENTER, "Enter: ", NULL}, {STEP_RESULT, ERR_OK, USER, NULL},
	    {.kind = STEP_END}};
	static const int codes[] = {PAM_CONV_ERR, PAM_CONV_AGAIN, PAM_BUF_ERR, PAM_ABORT};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		answers("x", NULL);
		person.refuse = codes[i];
		is_int(against(showing, "plain", pam_authenticate, 0), PAM_AUTH_ERR,
		    "SEC-03: texts that cannot be shown (%d)", codes[i]);
		is_int(against(asking, "plain", pam_authenticate, 0), PAM_AUTH_ERR,
		    "SEC-03: questions that cannot be asked (%d)", codes[i]);
		is_int(against(granted, "token", pam_authenticate, 0), PAM_AUTH_ERR,
		    "SEC-03: a token that cannot be asked for (%d)", codes[i]);
	}
}

static void dead_daemon(void)
{
	int64_t start = clock_mono_ms();

	answers("x", NULL);
	is_int(ground_call("plain", USER, &person, pam_authenticate, 0), PAM_AUTHINFO_UNAVAIL,
	    "SEC-40: no daemon");
	is_int(ground_call("plain", USER, &person, pam_acct_mgmt, 0), PAM_AUTHINFO_UNAVAIL,
	    "SEC-40: in the account phase");
	is_int(ground_call("token", USER, &person, pam_authenticate, 0), PAM_AUTHINFO_UNAVAIL,
	    "SEC-40: for a token");
	ok(clock_mono_ms() - start < 1000, "SEC-40: nothing is waited for (all three: %lld ms)",
	    (long long)(clock_mono_ms() - start));
}

static void took(int64_t start, int rc, int want, const char *name)
{
	long long ms = clock_mono_ms() - start;

	is_int(rc, want, "SEC-40: %s", name);
	ok(ms >= 990 && ms < 2000, "SEC-40: after one wait of 1 s (%lld ms)", ms);
}

static void hung_daemon(void)
{
	static const struct step hanging[] = {{.kind = STEP_HANG}, {.kind = STEP_END}};
	static const struct step late[] = {{STEP_SLEEP, 1300, NULL, NULL}, {.kind = STEP_ACK},
	    {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
	static const struct step in_time[] = {{STEP_SLEEP, 700, NULL, NULL}, {.kind = STEP_ACK},
	    {STEP_SLEEP, 700, NULL, NULL}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};
	int64_t start = clock_mono_ms();

	answers(NULL, NULL);
	took(start, against(hanging, "plain", pam_authenticate, 0), PAM_AUTHINFO_UNAVAIL,
	    "a daemon that hangs");
	start = clock_mono_ms();
	took(start, against(hanging, "plain", pam_acct_mgmt, 0), PAM_AUTHINFO_UNAVAIL,
	    "one that hangs in the account phase");
	fake_start(&fake, SOCKET, late, 1);
	start = clock_mono_ms();
	took(start, ground_call("plain", USER, &person, pam_authenticate, 0), PAM_AUTHINFO_UNAVAIL,
	    "an acknowledgement that comes too late");
	fake_stop(&fake, SOCKET);
	is_int(against(in_time, "plain", pam_authenticate, 0), PAM_SUCCESS,
	    "SEC-40: the second is for the acknowledgement alone");
}

static void setup(void)
{
	char many[17 * 12 + 1];

	for (size_t i = 0; i < 17; i++)
		memcpy(many + 12 * i, "token_reuse ", 13);
	ground_enter();
	ground_service("plain", "");
	ground_service("args", "login_timeout=60 [allow=sub:2 sub:3]");
	ground_service("token", "methods=token");
	ground_service("both", "methods=token,browser");
	ground_service("bad", "frobnicate=1");
	ground_service("worse", "methods=token debug");
	ground_service("value", "methods=password");
	ground_service("many", many);
	ground_service_behind("behind", "methods=token");
}

int main(void)
{
	setup();
	interactive();
	request();
	requests_args();
	token();
	token_among_others();
	token_from_before();
	lengths();
	long_answers_to_questions();
	refusals();
	foreign_grants();
	quiet_phases();
	passphrase();
	local_users();
	listed_users();
	unusable_lists();
	unreadable_passwd();
	bad_arguments();
	names_by_prompt();
	no_conversation();
	dead_daemon();
	hung_daemon();
	return tap_done();
}
