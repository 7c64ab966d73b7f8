"""Drives two nodes behind basic auth: cluster.py LEADER STANDBY CREDENTIALS_FILE, which says USER:PASSWORD."""

import sys
import threading

from marathon import MarathonApp, MarathonClient
from marathon.exceptions import InternalServerError, MarathonHttpError
from marathon.models.events import MarathonStatusUpdateEvent

from checks import refused, report, same, until

leader, standby, credentials_file = sys.argv[1:]
with open(credentials_file, encoding="utf8") as file:
    USER, PASSWORD = file.read().strip().split(":", 1)
NOBODY = "http://127.0.0.1:9"


def client(*servers, password=PASSWORD):
    return MarathonClient(list(servers), username=USER, password=password)


def sleeper():
    return MarathonApp(cmd="exec sleep 1000", cpus=0.05, mem=8, instances=1)


def until_running(app_id, count):
    return until(f"{app_id} to run {count}", lambda: client(leader).get_app(app_id).tasks_running == count)


def passwords():
    for stranger in [MarathonClient(leader), client(leader, password="wrong"), client(standby, password="wrong")]:
        same(refused(MarathonHttpError, stranger.list_apps).status_code, 401)
    same(client(leader).list_apps(), [])


def next_server():
    client(NOBODY, standby, leader).create_app("/next", sleeper())
    until_running("/next", 1)


def through_the_standby():
    other = client(standby)
    same(other.get_info().leader, client(leader).get_info().leader)
    other.create_app("/other", sleeper())
    until_running("/other", 1)
    other.scale_app("/other", 2)
    until_running("/other", 2)
    other.delete_app("/other")
    until("/other to go", lambda: "/other" not in [app.id for app in client(leader).list_apps()])


def events_through_the_standby():
    """The standby sends the stream to the leader, and the client brings its password along."""
    seen = []
    stream = client(standby).event_stream(event_types=["event_stream_attached", "status_update_event"])
    threading.Thread(target=lambda: [seen.append(event) for event in stream], daemon=True).start()

    def more():
        # The client hands on blocks of 512 bytes.
        client(leader).kill_tasks("/next")
        until_running("/next", 1)
        return any(isinstance(event, MarathonStatusUpdateEvent) for event in seen)

    until("an event", more)


def another_leader():
    both = client(leader, standby)
    before = both.get_leader()["leader"]
    tasks = {task.id for task in both.list_tasks("/next")}
    both.delete_leader()

    def after():
        try:
            return both.get_leader()["leader"]
        except InternalServerError:
            return before

    until("another leader", lambda: after() != before)
    same({task.id for task in both.list_tasks("/next")}, tasks)
    both.delete_app("/next", force=True)
    until("/next to go", lambda: both.list_apps() == [])


report(
    [
        ("a password that is not right", passwords),
        ("the next server", next_server),
        ("through the standby", through_the_standby),
        ("events through the standby", events_through_the_standby),
        ("another leader", another_leader),
    ]
)
