# Django's own Redis cache (kind `django`) or django-redis with its lock (kind `django-redis`): python3 django_cache.py KIND PORT.
import sys
import time

import django
from django.conf import settings

kind, port = sys.argv[1], sys.argv[2]
backend = {"django": "django.core.cache.backends.redis.RedisCache", "django-redis": "django_redis.cache.RedisCache"}[kind]
settings.configure(CACHES={"default": {"BACKEND": backend, "LOCATION": f"redis://127.0.0.1:{port}/1"}}, USE_TZ=True)
django.setup()
from django.core.cache import cache

cache.set("k", {"n": 1}, 60)
assert cache.get("k") == {"n": 1}
assert cache.add("k", 2) is False and cache.add("new", 2) is True
cache.set_many({"a": 1, "b": 2}, 60)
assert cache.get_many(["a", "b", "none"]) == {"a": 1, "b": 2}
assert cache.get_or_set("lazy", lambda: "made", 60) == "made"
cache.set("count", 10)
assert cache.incr("count") == 11 and cache.decr("count", 5) == 6
assert cache.touch("k", 1) and cache.has_key("k")
time.sleep(1.1)
assert cache.get("k") is None
cache.delete_many(["a", "b"])
assert cache.get("a") is None
if kind == "django-redis":
    assert cache.ttl("lazy") > 50
    assert sorted(cache.keys("*")) == ["count", "lazy", "new"]
    assert cache.delete_pattern("l*") == 1
    with cache.lock("lock", timeout=5):
        assert cache.lock("lock", timeout=5).acquire(blocking=False) is False
    assert cache.lock("lock", timeout=5).acquire(blocking=False) is True
cache.clear()
assert cache.get("count") is None
