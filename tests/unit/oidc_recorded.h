/* SPDX-License-Identifier: MIT */
/* What a running Encvoy ID sent: its keys, an ID token with the access token beside it, and one
 * that was asked for with max_age. The installation was a test and is gone. */
#ifndef ENCVOY_TESTS_UNIT_OIDC_RECORDED_H
#define ENCVOY_TESTS_UNIT_OIDC_RECORDED_H

#define REC_ISSUER "https://id.encvoy.test:8443"
#define REC_CLIENT "h2mOIciKY7pcfxnlh6ZU1J"
#define REC_NONCE "pJDFWOX-oUt9"
#define REC_ACCESS_TOKEN "9VEmDdb3TrrmFxbw1eO04DSsBSTJUrDeKW5WkYOZRqA"
#define REC_IAT 1795434804U
#define REC_EXP 1795436604U
#define REC_AUTH_NONCE "BpNoc2EoTru6"
#define REC_AUTH_TIME 1795435342U

static const char rec_jwks[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"o4azbp3ca2n82tubmh2qc\","
    "\"alg\":\"RS256\",\"e\":\"AQAB\",\"n\":\""
    "tPKtCb0UUCcRgQ7QzqmkPlPJXbRfgh9OBFNDkNr5OhZimx1EDCaPC3s03wxcXmcdCo1yZwMB9zuDpz"
    "7uq0I6YV_caRdo8p6OzDL7NcZRvNtYqLykvXhtvv-uujNyxURxywcSaPBj-HVfhKlHcELMLzWNzpvh"
    "SdDn_TL3jBfMJ7FL1Q2X3VdD0bg9pbpSBPLrMgCc7iAqVA41oX5yojbej3XsAHDdCizvGtbkU5Ab-g"
    "emxukrE47gKs3Bdlu3tn4kc8qt9jPxfK0hQhJO2_1mxA6GwF5x93q9Iv7QADnGSMBdCd4iGJ_ZJtl9"
    "PmV6CPD7OA2y9WQui5VGwuUlz2RWOQ"
    "\"}]}";

static const char rec_id_token[] =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6Im80YXpicDNjYTJuODJ0dWJtaDJxYyJ9.e"
    "yJzdWIiOiIzIiwibmlja25hbWUiOiJCb2JCcmlnaHQxIiwicGljdHVyZSI6bnVsbCwibm9uY2UiOiJ"
    "wSkRGV09YLW9VdDkiLCJhdF9oYXNoIjoiOWdSZjNKUGZhM1NFVVZrdU9TaGRYQSIsImF1ZCI6Imgyb"
    "U9JY2lLWTdwY2Z4bmxoNlpVMUoiLCJleHAiOjE3OTU0MzY2MDQsImlhdCI6MTc5NTQzNDgwNCwiaXN"
    "zIjoiaHR0cHM6Ly9pZC5lbmN2b3kudGVzdDo4NDQzIn0.o24cCT-hykloW-4IxWBdsJm34yHGB9hFx"
    "vez41c5uJQpmEwo0CSP5yY-rus5Pa8hDr6Q0-Ld8Zb92YElbzWBIdhKt6DgMPN751kfL5RzmzXqRO7"
    "D7qL2-SKPYd9AMQdyDIcV9N4ory0ls4WKFpeQBnyvf2X6kkmKV87cnlTpNp54l4ZCST2qSSq8Q2_SV"
    "0r1I4GMeKetlu2Le014W2hyuHZj8OS6gq4CSyeCWwQC9QVV1uevSePK5aRg5nJ3Atzmkbbelm7UKD3"
    "lXE5Tv63xACB85T0LaLDDjsFzOugbkRzpR8_88bJtGRww2CyKY65kFP2QvMgQD_PBHvv9GKgFjA";

static const char rec_auth_time_token[] =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6Im80YXpicDNjYTJuODJ0dWJtaDJxYyJ9.e"
    "yJzdWIiOiIzIiwiYXV0aF90aW1lIjoxNzk1NDM1MzQyLCJub25jZSI6IkJwTm9jMkVvVHJ1NiIsImF"
    "0X2hhc2giOiI0N0F1aGloX1gydzJWQUktdmlfYWpRIiwiYXVkIjoiaDJtT0ljaUtZN3BjZnhubGg2W"
    "lUxSiIsImV4cCI6MTc5NTQzNzE0MiwiaWF0IjoxNzk1NDM1MzQyLCJpc3MiOiJodHRwczovL2lkLmV"
    "uY3ZveS50ZXN0Ojg0NDMifQ.nzumWQ-EwlcfLpUkwydWs-W93bs7zZsvR6blxKb0mKFoqap0bNOzdY"
    "ylFMX5fbrIunHKTv4g8pJ7hPc2LTX4RHygW0hJevF5g4ZwkQX0nAoojgOYertemOtXVekBmyLBttll"
    "zBef1QoYlWzusVU_BSGytS1xCO-iZk70i1bX1bO3IT002_JwF0NE1rjzMoRa6yw221V7dVQzDSk0bG"
    "sNZg0uYKbcArx_5MzHrH3HJWco848jVYcqApr5kMyJTEPKmBDz6a9spOpYBsEi1rIgzAWVCs5-WxiW"
    "xTCIRyaWB7KqP6JxUHXEuMvA0aRbs1PHogcBR6IAUk3_wlSXcNev1A";

#endif
