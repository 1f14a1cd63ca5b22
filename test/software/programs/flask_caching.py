# Flask-Caching with Redis: python3 flask_caching.py PORT.
import sys

sys.path.pop(0)  # This file has the library's name.
from flask import Flask
from flask_caching import Cache

app = Flask("app")
cache = Cache(app, config={"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": f"redis://127.0.0.1:{sys.argv[1]}/0"})
calls = []


@app.route("/")
@cache.cached(timeout=60)
def page():
    calls.append(1)
    return "page"


@cache.memoize(60)
def double(n):
    calls.append(n)
    return 2 * n


client = app.test_client()
assert client.get("/").data == client.get("/").data == b"page" and len(calls) == 1
with app.app_context():
    assert double(4) == double(4) == 8 and calls == [1, 4]
    cache.delete_memoized(double, 4)
    assert double(4) == 8 and calls == [1, 4, 4]
    assert cache.add("a", 1) and not cache.add("a", 2)
    assert cache.set_many({"x": 1, "y": 2}) and cache.get_many("x", "y") == [1, 2]
    assert cache.cache.inc("hits", 5) == 5 and cache.cache.dec("hits", 2) == 3
    assert cache.has("a") and cache.delete("a") and not cache.has("a")
    cache.clear()
    assert cache.get("x") is None
