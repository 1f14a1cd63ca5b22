# celery with Redis as its result backend (the broker is celery's own in memory): python3 celery_results.py PORT.
import sys
import threading

from celery import Celery, group
from celery.contrib.testing.worker import start_worker

app = Celery("tasks", broker="memory://", backend=f"redis://127.0.0.1:{sys.argv[1]}/0")


@app.task(name="add")
def add(a, b):
    return a + b


@app.task(name="fail")
def fail():
    raise ValueError("as it should")


with start_worker(app, perform_ping_check=False, pool="solo"):
    assert add.delay(2, 3).get(timeout=10) == 5
    assert group(add.s(i, i) for i in range(5))().get(timeout=10) == [0, 2, 4, 6, 8]
    result = fail.delay()
    try:
        result.get(timeout=10)
        sys.exit("the error is lost")
    except ValueError as error:
        assert str(error) == "as it should"
    result.forget()
