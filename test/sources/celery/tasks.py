# An application of Celery as its users write it, whose task lasts until a file is there.
import os
import time

from celery import Celery

app = Celery("shop", broker=os.environ["BROKER"])
app.conf.update(task_default_queue="reports", task_acks_late=True, worker_prefetch_multiplier=1)


@app.task(name="hold")
def hold():
    while not os.path.exists(os.environ["RELEASE"]):
        time.sleep(0.05)


if __name__ == "__main__":
    for _ in range(5):
        hold.delay()
    for priority in (3, 9):
        hold.apply_async(priority=priority)
