/* SPDX-License-Identifier: MIT */
/* The conversation with the listener, the order of methods, and descriptors in transit. */
#include "encvoyd/online/fdpass.h"
#include "encvoyd/online/login.h"
#include "sys/clock.h"
#include "tests/unit/online_fake.h"
#include "tests/unit/tap.h"

#include <sys/socket.h>
#include <unistd.h>

static char heard[4096];

static enum err unreachable(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	(void)f, (void)r, (void)ret;
	return ERR_PROVIDER_UNREACHABLE;
}

static void answers(void)
{
	AUTO_SECRET struct secret *got = NULL;
	AUTO_SECRET struct secret *none = NULL;
	struct fake f;
	struct talk *t = &f.login.talk;
	int64_t start;

	fake_up(&f, unreachable, "");
	is_int(talk_ask(t, ASK_TOKEN, false, "Token: "), ERR_OK, "a question goes out");
	fake_type(&f, "answer");
	is_int(talk_wait(t, t->deadline, &got), ERR_OK, "its answer comes in");
	is_str(secret_str(got), "answer", "whole");
	fake_type(&f, "unasked");
	is_int(talk_wait(t, t->deadline, &none), ERR_PROTOCOL, "what was not asked is refused");
	start = clock_mono_ms();
	is_int(talk_wait(t, start + 50, &none), ERR_TIMEOUT, "waiting ends");
	ok(clock_mono_ms() - start < 2000, "in time");
	close_fd(&f.listener_fd);
	is_int(talk_wait(t, t->deadline, &none), ERR_CANCELLED, "a closed connection is the end");
	is_int(talk_show(t, "x", ""), ERR_CANCELLED, "for what is sent as well");
	fake_down(&f);
}

static void endings(void)
{
	struct fake f;
	struct msg_identity m = {.sub = "2"};

	fake_up(&f, unreachable, "");
	(void)talk_ask(&f.login.talk, ASK_ENTER, true, "Enter");
	(void)fake_heard(&f, heard, sizeof(heard));
	fake_type(&f, "");
	is_int(talk_identity(&f.login.talk, &m), ERR_OK, "an identity waits for the open question");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_IDENTITY, "and goes out");
	is_int(talk_refuse(&f.login.talk, ERR_OK, "x"), ERR_OK, "a refusal");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_RESULT, "is a RESULT");
	is_str(heard, "internal", "SEC-47: that never says ok");
	fake_down(&f);
}

static enum err methods(uint32_t flags, const char *answer, const char *settings)
{
	struct fake f;
	enum err e;

	fake_up(&f, unreachable, settings);
	f.login.job.flags = flags;
	if (answer) {
		f.login.job.answer = secret_new(answer, strlen(answer));
		f.login.job.flags |= LOGIN_HAS_ANSWER;
	}
	fake_without(&f, "device_authorization_endpoint\"");
	fake_type(&f, "");
	e = login_methods(&f.login);
	heard[0] = 0;
	(void)fake_heard(&f, heard, sizeof(heard));
	fake_down(&f);
	return e;
}

static void order_of_methods(void)
{
	is_int(methods(LOGIN_INTERACTIVE, NULL, ""), ERR_PROVIDER_UNREACHABLE,
	    "without device endpoint the browser is tried");
	is_int(methods(LOGIN_INTERACTIVE, NULL, "methods = device"), ERR_NO_METHOD, "if it may be");
	is_int(methods(0, NULL, ""), ERR_NO_METHOD, "without a person there is no browser");
	is_int(methods(0, "x", ""), ERR_NO_METHOD, "nor a token where none is allowed");
	is_int(
	    methods(0, NULL, "methods = token"), ERR_NO_METHOD, "nor one that did not come along");
	is_int(methods(0, "x", "methods = device,token"), ERR_BAD_TOKEN, "the answer is the token");
	is_int(
	    methods(LOGIN_INTERACTIVE, NULL, "methods = token"), ERR_NO_ANSWER, "or is asked for");
	is_str(heard, "Token: ", "by name");
	is_int(methods(LOGIN_INTERACTIVE, NULL, "methods = token,browser"),
	    ERR_PROVIDER_UNREACHABLE, "an empty line goes on to the next method");
}

static void descriptors(void)
{
	int pair[2], pipes[2], fd = -1;
	char byte = 0;

	if (fdpass_pair(pair) != ERR_OK || pipe(pipes) != 0) {
		puts("Bail out! no sockets");
		exit(99);
	}
	is_int(fdpass_recv(pair[1], &fd), ERR_NOT_FOUND, "no descriptor yet");
	is_int(fdpass_send(pair[0], pipes[1]), ERR_OK, "one is sent");
	is_int(fdpass_recv(pair[1], &fd), ERR_OK, "and received");
	ok(write(fd, "y", 1) == 1 && read(pipes[0], &byte, 1) == 1 && byte == 'y', "and works");
	(void)send(pair[0], "x", 1, 0);
	close_fd(&fd);
	is_int(fdpass_recv(pair[1], &fd), ERR_PROTOCOL, "a packet without one is refused");
	close(pair[0]);
	is_int(fdpass_recv(pair[1], &fd), ERR_CLOSED, "the end is seen");
	is_int(fdpass_send(pair[1], pipes[1]), ERR_CLOSED, "on both sides");
	close(pair[1]);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	answers();
	endings();
	order_of_methods();
	descriptors();
	return tap_done();
}
