"""redis-py's asyncio half: Debian's python3-redis."""
import asyncio
import sys

import redis
import redis.asyncio

HOST, PORT, AUTH_PORT = "127.0.0.1", int(sys.argv[1]), int(sys.argv[2])
EVERY_BYTE = bytes(range(256))


def value_of(name):
    return f"value of {name}, load 1".encode()


async def check(name, run):
    try:
        missing = await run()
        print(f"ok {name}" if missing is None else f"none {name} {missing}", flush=True)
    except Exception as error:
        print(f"fail {name} {type(error).__name__} {error}".replace("\r\n", " "), flush=True)


async def raises(kind, text, awaitable):
    try:
        await awaitable
    except kind as error:
        assert text in str(error), error
    else:
        raise AssertionError(f"no {kind.__name__}")


def equal(got, wanted):
    assert got == wanted, f"{got!r} is not {wanted!r}"


async def main():
    client = redis.asyncio.Redis(host=HOST, port=PORT, client_name="tester")

    async def ping():
        equal(await client.ping(), True)

    async def get():
        equal(await client.get("m:one"), value_of("one"))
        equal(await client.get("m:one"), value_of("one"))

    async def absent():
        equal(await client.get("m:absent"), None)

    async def mget():
        values = await client.mget("m:two", "m:absent", "m:one")
        equal(values, [value_of("two"), None, value_of("one")])

    async def pipeline():
        pipe = client.pipeline(transaction=False)
        for i in range(100):
            pipe.get(f"m:p{i}")
        equal(await pipe.execute(), [value_of(f"p{i}") for i in range(100)])

    async def binary():
        equal(await client.get(b"m:" + EVERY_BYTE), EVERY_BYTE[::-1])

    async def unknown():
        await raises(redis.ResponseError, "unknown command 'NOSUCH'", client.execute_command("NOSUCH", "a"))
        equal(await client.get("m:one"), value_of("one"))

    async def set_and_get():
        equal(await client.set("s", EVERY_BYTE, ex=100), True)
        equal(await client.get("s"), EVERY_BYTE)

    async def name():
        equal([line["name"] for line in await client.client_list()], ["tester"])

    async def resp3():
        return "speaks RESP2 only"

    async def auth():
        inside = redis.asyncio.Redis(host=HOST, port=AUTH_PORT, password="secret")
        equal(await inside.ping(), True)
        await inside.close()
        outside = redis.asyncio.Redis(host=HOST, port=AUTH_PORT, password="bad")
        await raises(redis.RedisError, "invalid username-password", outside.ping())

    async def multi():
        # The default of redis-py's pipeline is a transaction.
        equal(await client.pipeline().get("m:one").get("m:absent").execute(), [value_of("one"), None])

    async def restart():
        print("restart", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        equal(await client.get("m:one"), value_of("one"))

    print(f"client redis-py-asyncio {redis.__version__}", flush=True)
    checks = dict(
        ping=ping,
        get=get,
        absent=absent,
        mget=mget,
        pipeline=pipeline,
        binary=binary,
        unknown=unknown,
        set=set_and_get,
        name=name,
        resp3=resp3,
        auth=auth,
        multi=multi,
        restart=restart,
    )
    for word, run in checks.items():
        await check(word, run)
    await client.close()


asyncio.run(main())
