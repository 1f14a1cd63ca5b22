/* hiredis, the client in C on which many others are built: Debian's libhiredis-dev. */
#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static redisContext *redis;
static char every_byte[256], backwards[256];
static char failure[512];

/* Notes why a check has failed, the first reason only; returns whether it holds. */
static int holds(int condition, const redisReply *reply) {
    if (!condition && failure[0] == 0)
        snprintf(failure, sizeof failure, "%s", reply == NULL ? redis->errstr : reply->str ? reply->str : "another reply");
    return condition;
}

static void report(const char *name) {
    if (failure[0] == 0) printf("ok %s\n", name);
    else printf("fail %s %s\n", name, failure);
    failure[0] = 0;
    fflush(stdout);
}

static int is(const redisReply *reply, int type, const char *bytes, size_t length) {
    return holds(reply != NULL && reply->type == type && (size_t)reply->len == length && memcmp(reply->str, bytes, length) == 0, reply);
}

static int is_value(const redisReply *reply, const char *name) {
    char value[64];
    int length = snprintf(value, sizeof value, "value of %s, load 1", name);
    return is(reply, REDIS_REPLY_STRING, value, length);
}

static int is_nil(const redisReply *reply) {
    return holds(reply != NULL && reply->type == REDIS_REPLY_NIL, reply);
}

static int starts(const redisReply *reply, int type, const char *prefix) {
    return holds(reply != NULL && reply->type == type && strncmp(reply->str, prefix, strlen(prefix)) == 0, reply);
}

/* A reply that nobody frees: the program is short. */
static redisReply *ask(redisContext *context, const char *format, ...) {
    va_list args;
    va_start(args, format);
    redisReply *reply = redisvCommand(context, format, args);
    va_end(args);
    return reply;
}

static void pipeline(void) {
    for (int i = 0; i < 100; i++) redisAppendCommand(redis, "GET m:p%d", i);
    for (int i = 0; i < 100; i++) {
        char name[8];
        void *reply = NULL;
        snprintf(name, sizeof name, "p%d", i);
        redisGetReply(redis, &reply);
        is_value(reply, name);
    }
}

static int is_values(const redisReply *reply, const char *first, const char *second, const char *third) {
    const char *names[] = {first, second, third};
    if (!holds(reply != NULL && reply->type == REDIS_REPLY_ARRAY, reply)) return 0;
    for (size_t i = 0; i < reply->elements; i++)
        if (names[i] == NULL ? !is_nil(reply->element[i]) : !is_value(reply->element[i], names[i])) return 0;
    return 1;
}

static void auth(int port) {
    redisContext *inside = redisConnect("127.0.0.1", port);
    starts(ask(inside, "PING"), REDIS_REPLY_ERROR, "NOAUTH ");
    starts(ask(inside, "AUTH bad"), REDIS_REPLY_ERROR, "WRONGPASS ");
    starts(ask(inside, "AUTH secret"), REDIS_REPLY_STATUS, "OK");
    starts(ask(inside, "PING"), REDIS_REPLY_STATUS, "PONG");
}

int main(int count, char **args) {
    if (count != 3) return 2;
    for (int i = 0; i < 256; i++) every_byte[i] = backwards[255 - i] = (char)i;
    printf("client hiredis %d.%d.%d\n", HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
    redis = redisConnect("127.0.0.1", atoi(args[1]));
    is(ask(redis, "PING"), REDIS_REPLY_STATUS, "PONG", 4);
    report("ping");
    is_value(ask(redis, "GET m:one"), "one");
    is_value(ask(redis, "GET m:one"), "one");
    report("get");
    is_nil(ask(redis, "GET m:absent"));
    report("absent");
    is_values(ask(redis, "MGET m:two m:absent m:one"), "two", NULL, "one");
    report("mget");
    pipeline();
    report("pipeline");
    is(ask(redis, "GET m:%b", every_byte, (size_t)256), REDIS_REPLY_STRING, backwards, 256);
    report("binary");
    starts(ask(redis, "NOSUCH a"), REDIS_REPLY_ERROR, "ERR unknown command 'NOSUCH', with args");
    is_value(ask(redis, "GET m:one"), "one");
    report("unknown");
    starts(ask(redis, "SET s %b EX 100", every_byte, (size_t)256), REDIS_REPLY_STATUS, "OK");
    is(ask(redis, "GET s"), REDIS_REPLY_STRING, every_byte, 256);
    report("set");
    starts(ask(redis, "CLIENT SETNAME tester"), REDIS_REPLY_STATUS, "OK");
    redisReply *list = ask(redis, "CLIENT LIST");
    holds(list != NULL && list->type == REDIS_REPLY_STRING && strstr(list->str, " name=tester ") != NULL, list);
    report("name");
    puts("none resp3 speaks RESP2 only");
    auth(atoi(args[2]));
    report("auth");
    starts(ask(redis, "MULTI"), REDIS_REPLY_STATUS, "OK");
    starts(ask(redis, "GET m:one"), REDIS_REPLY_STATUS, "QUEUED");
    starts(ask(redis, "GET m:absent"), REDIS_REPLY_STATUS, "QUEUED");
    is_values(ask(redis, "EXEC"), "one", NULL, NULL);
    report("multi");
    puts("restart");
    fflush(stdout);
    getchar();
    if (holds(redisReconnect(redis) == REDIS_OK, NULL)) is_value(ask(redis, "GET m:one"), "one");
    report("restart");
    return 0;
}
