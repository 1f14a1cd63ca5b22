// Poco's Redis library in C++: Debian's libpoco-dev.
#include <Poco/Environment.h>
#include <Poco/Redis/Array.h>
#include <Poco/Redis/Client.h>
#include <Poco/Redis/Exception.h>

#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>

using namespace Poco::Redis;
using Words = std::initializer_list<std::string>;

static std::string valueOf(const std::string &name) { return "value of " + name + ", load 1"; }

static void check(const std::string &name, const std::function<void()> &run) {
    try {
        run();
        std::cout << "ok " << name << std::endl;
    } catch (const Poco::Exception &error) {
        std::cout << "fail " << name << " " << error.displayText() << std::endl;
    } catch (const std::exception &error) {
        std::cout << "fail " << name << " " << error.what() << std::endl;
    }
}

static Array command(Words words) {
    Array array;
    for (const auto &word : words) array << word;
    return array;
}

static void equal(const BulkString &got, const std::string &wanted) {
    if (got.isNull() || got.value() != wanted) throw std::runtime_error("not " + wanted);
}

static void holds(bool condition, const std::string &what) {
    if (!condition) throw std::runtime_error(what);
}

static void raises(const std::string &prefix, const std::function<void()> &run) {
    try {
        run();
    } catch (const RedisException &error) {
        holds(error.message().rfind(prefix, 0) == 0, error.message());
        return;
    }
    throw std::runtime_error("no error");
}

static void auth(int port) {
    Client client("127.0.0.1", port);
    raises("NOAUTH ", [&] { client.execute<std::string>(command({"PING"})); });
    raises("WRONGPASS ", [&] { client.execute<std::string>(command({"AUTH", "bad"})); });
    holds(client.execute<std::string>(command({"AUTH", "secret"})) == "OK", "no OK");
}

int main(int, char **args) {
    const int port = std::stoi(args[1]);
    std::string everyByte, backwards;
    for (int i = 0; i < 256; i++) everyByte.push_back(static_cast<char>(i));
    backwards.assign(everyByte.rbegin(), everyByte.rend());
    const auto version = Poco::Environment::libraryVersion();
    std::cout << "client Poco " << (version >> 24) << "." << (version >> 16 & 255) << "." << (version >> 8 & 255) << std::endl;

    Client redis("127.0.0.1", port);
    const auto get = [&](const std::string &key) { return redis.execute<BulkString>(command({"GET", key})); };
    check("ping", [&] { holds(redis.execute<std::string>(command({"PING"})) == "PONG", "no PONG"); });
    check("get", [&] { equal(get("m:one"), valueOf("one")), equal(get("m:one"), valueOf("one")); });
    check("absent", [&] { holds(get("m:absent").isNull(), "not null"); });
    check("mget", [&] {
        const Array values = redis.execute<Array>(command({"MGET", "m:two", "m:absent", "m:one"}));
        equal(values.get<BulkString>(0), valueOf("two"));
        holds(values.get<BulkString>(1).isNull(), "not null");
        equal(values.get<BulkString>(2), valueOf("one"));
    });
    check("pipeline", [&] {
        std::vector<Array> commands;
        for (int i = 0; i < 100; i++) commands.push_back(command({"GET", "m:p" + std::to_string(i)}));
        const Array replies = redis.sendCommands(commands);
        for (int i = 0; i < 100; i++) equal(replies.get<BulkString>(i), valueOf("p" + std::to_string(i)));
    });
    check("binary", [&] { equal(get("m:" + everyByte), backwards); });
    check("unknown", [&] {
        raises("ERR unknown command 'NOSUCH', with args", [&] { redis.execute<std::string>(command({"NOSUCH", "a"})); });
        equal(get("m:one"), valueOf("one"));
    });
    check("set", [&] {
        holds(redis.execute<std::string>(command({"SET", "s", everyByte, "EX", "100"})) == "OK", "no OK");
        equal(get("s"), everyByte);
    });
    check("name", [&] {
        redis.execute<std::string>(command({"CLIENT", "SETNAME", "tester"}));
        const auto list = redis.execute<BulkString>(command({"CLIENT", "LIST"}));
        holds(list.value().find(" name=tester ") != std::string::npos, list.value());
    });
    std::cout << "none resp3 speaks RESP2 only" << std::endl;
    check("auth", [&] { auth(std::stoi(args[2])); });
    check("multi", [&] {
        redis.execute<std::string>(command({"MULTI"}));
        redis.execute<std::string>(command({"GET", "m:one"}));
        redis.execute<std::string>(command({"GET", "m:absent"}));
        const Array replies = redis.execute<Array>(command({"EXEC"}));
        equal(replies.get<BulkString>(0), valueOf("one"));
        holds(replies.get<BulkString>(1).isNull(), "not null");
    });
    check("restart", [&] {
        std::cout << "restart" << std::endl;
        std::cin.get();
        redis.disconnect();
        redis.connect("127.0.0.1", port);
        equal(get("m:one"), valueOf("one"));
    });
    return 0;
}
