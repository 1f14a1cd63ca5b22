"""redis-py, synchronous: Debian's python3-redis."""
import sys

import redis

HOST, PORT, AUTH_PORT = "127.0.0.1", int(sys.argv[1]), int(sys.argv[2])
EVERY_BYTE = bytes(range(256))


def value_of(name):
    return f"value of {name}, load 1".encode()


def check(name, run):
    try:
        missing = run()
        print(f"ok {name}" if missing is None else f"none {name} {missing}", flush=True)
    except Exception as error:
        print(f"fail {name} {type(error).__name__} {error}".replace("\r\n", " "), flush=True)


def raises(kind, text, run):
    try:
        run()
    except kind as error:
        assert text in str(error), error
    else:
        raise AssertionError(f"no {kind.__name__}")


def equal(got, wanted):
    assert got == wanted, f"{got!r} is not {wanted!r}"


print(f"client redis-py {redis.__version__}", flush=True)
client = redis.Redis(HOST, PORT, client_name="tester")


def get():
    equal(client.get("m:one"), value_of("one"))
    equal(client.get("m:one"), value_of("one"))


def pipeline():
    pipe = client.pipeline(transaction=False)
    for i in range(100):
        pipe.get(f"m:p{i}")
    equal(pipe.execute(), [value_of(f"p{i}") for i in range(100)])


def unknown():
    raises(redis.ResponseError, "unknown command 'NOSUCH'", lambda: client.execute_command("NOSUCH", "a"))
    equal(client.get("m:one"), value_of("one"))


def set_and_get():
    equal(client.set("s", EVERY_BYTE, ex=100), True)
    equal(client.get("s"), EVERY_BYTE)


def name():
    equal([line["name"] for line in client.client_list()], ["tester"])


def auth():
    equal(redis.Redis(HOST, AUTH_PORT, password="secret").ping(), True)
    raises(redis.AuthenticationError, "", redis.Redis(HOST, AUTH_PORT).ping)
    raises(redis.RedisError, "invalid username-password", redis.Redis(HOST, AUTH_PORT, password="bad").ping)


def multi():
    # The default of redis-py's pipeline is a transaction.
    equal(client.pipeline().get("m:one").get("m:absent").execute(), [value_of("one"), None])


def restart():
    print("restart", flush=True)
    sys.stdin.readline()
    equal(client.get("m:one"), value_of("one"))


check("ping", lambda: equal(client.ping(), True))
check("get", get)
check("absent", lambda: equal(client.get("m:absent"), None))
check("mget", lambda: equal(client.mget("m:two", "m:absent", "m:one"), [value_of("two"), None, value_of("one")]))
check("pipeline", pipeline)
check("binary", lambda: equal(client.get(b"m:" + EVERY_BYTE), EVERY_BYTE[::-1]))
check("unknown", unknown)
check("set", set_and_get)
check("name", name)
check("resp3", lambda: "speaks RESP2 only")
check("auth", auth)
check("multi", multi)
check("restart", restart)
