"""Drives a Marathon through python3-marathon: client.py URL. Prints one line of TAP for each check."""

import sys
import threading

from marathon import MarathonApp, MarathonClient
from marathon.exceptions import ConflictError, MarathonHttpError, NotFoundError
from marathon.models import MarathonGroup, MarathonHealthCheck
from marathon.models.events import (
    MarathonAppTerminatedEvent,
    MarathonDeploymentSuccess,
    MarathonGroupChangeSuccess,
    MarathonInstanceChangedEvent,
    MarathonStatusUpdateEvent,
)

from checks import in_order, refused, report, same, until

MORE_CPUS_THAN_AN_AGENT_HAS = 100

url = sys.argv[1]
client = MarathonClient(url)


def sleeper(instances=1, **more):
    return MarathonApp(cmd="exec sleep 1000", cpus=0.05, mem=8, instances=instances, **more)


def until_deployed(answer):
    """Waits as people do who know only the id that they were given."""
    ident = answer["deploymentId"]
    until(f"deployment {ident} to end", lambda: ident not in [d.id for d in client.list_deployments()])


def until_running(app_id, count):
    def running():
        app = client.get_app(app_id)
        return app.tasks_running == count == app.instances and not app.deployments and app

    return until(f"{app_id} to run {count}", running)


def deploy(app_id, instances=1, **more):
    client.create_app(app_id, sleeper(instances, **more))
    return until_running(app_id, instances)


def who_is_there():
    info = client.get_info()
    same(info.name, "marathon")
    assert info.version.startswith("1.8."), info.version
    assert info.elected
    assert info.framework_id
    same(client.get_leader()["leader"], info.leader)
    assert b"pong" in client.ping()
    assert "gauges" in client.get_metrics()


def create_and_wait():
    app = client.create_app("/create", sleeper(2, labels={"team": "red"}, env={"COLOUR": "red"}))
    same((app.id, app.instances, app.cpus, app.mem), ("/create", 2, 0.05, 8))
    same(app.upgrade_strategy.maximum_over_capacity, 1)
    until_deployed({"deploymentId": app.deployments[0].id})
    running = client.get_app("/create")
    same((running.tasks_running, running.tasks_staged, len(running.tasks)), (2, 0, 2))
    same((running.labels, running.env), ({"team": "red"}, {"COLOUR": "red"}))
    assert running.version_info.last_config_change_at, "no lastConfigChangeAt"
    same([a.id for a in client.list_apps(label="team==red")], ["/create"])
    same([a.id for a in client.list_apps(app_id="creat", embed_tasks=True)], ["/create"])
    same(client.list_apps(label="team==blue"), [])


def create_twice():
    deploy("/twice")
    error = refused(ConflictError, lambda: client.create_app("/twice", sleeper()))
    assert "already exists" in error.error_message, error.error_message


def not_valid():
    error = refused(MarathonHttpError, lambda: client.create_app("/wrong", MarathonApp(cpus=0.05)))
    same((error.status_code, error.error_message), (422, "Object is not valid"))
    same(set(error.error_details[0]), {"path", "errors"})
    error = refused(MarathonHttpError, lambda: client.create_app("/wrong", sleeper(-1)))
    same((error.status_code, error.error_details[0]["path"]), (422, "/instances"))
    # Three words are the API's own.
    refused(MarathonHttpError, lambda: client.create_app("/restart", sleeper()))


def scale():
    deploy("/scale")
    until_deployed(client.scale_app("/scale", instances=4))
    same(client.get_app("/scale").tasks_running, 4)
    until_deployed(client.scale_app("/scale", delta=-3))
    same(client.get_app("/scale").tasks_running, 1)
    until_deployed(client.scale_app("/scale", 0))
    same(client.get_app("/scale").tasks, [])


def conflict_and_force():
    deploy("/conflict")
    wide = MarathonApp(cpus=MORE_CPUS_THAN_AN_AGENT_HAS)
    stuck = client.update_app("/conflict", wide)["deploymentId"]
    error = refused(ConflictError, lambda: client.scale_app("/conflict", 2))
    same(error.status_code, 409)
    assert stuck in [d.id for d in client.list_deployments()], "the holder is not listed"
    until_deployed(client.update_app("/conflict", MarathonApp(cpus=0.05, instances=2), force=True))
    assert stuck not in [d.id for d in client.list_deployments()], "the holder is still there"
    same(client.get_app("/conflict").tasks_running, 2)


def stuck_scale(app_id):
    """A scale that cannot end: its constraint leaves room for one instance on each of three agents."""
    deploy(app_id, constraints=[("hostname", "UNIQUE")])
    return client.scale_app(app_id, 4)["deploymentId"]


def cancel_deployment():
    stuck = stuck_scale("/cancel")
    until("three to run", lambda: client.get_app("/cancel").tasks_running == 3)
    same(client.delete_deployment(stuck, force=True), {})
    until("the deployment to go", lambda: not client.get_app("/cancel").deployments)
    same(client.get_app("/cancel").instances, 4)
    until_deployed(client.delete_app("/cancel"))


def revert_deployment():
    stuck = stuck_scale("/revert")
    until_deployed(client.delete_deployment(stuck))
    until_running("/revert", 1)


def versions_and_rollback():
    deploy("/history", env={"N": "1"})
    until_deployed(client.update_app("/history", MarathonApp(env={"N": "2"})))
    newest, oldest = client.list_versions("/history")[:2]
    same(client.get_version("/history", newest).env, {"N": "2"})
    same(client.get_version("/history", oldest).env, {"N": "1"})
    until_deployed(client.rollback_app("/history", oldest))
    same(client.get_app("/history").env, {"N": "1"})


def restart():
    before = {task.id for task in deploy("/again", 2).tasks}
    until_deployed(client.restart_app("/again"))
    after = {task.id for task in client.list_tasks("/again")}
    same((len(after), before & after), (2, set()))


def several_at_once():
    deploy("/several/a")
    deploy("/several/b")
    changes = [MarathonApp(id="/several/a", instances=2), MarathonApp(id="/several/b", instances=3)]
    until_deployed(client.update_apps(changes))
    same([a.tasks_running for a in client.list_apps(app_id="several")], [2, 3])


def groups():
    def named(app_id, instances=1):
        app = sleeper(instances)
        app.id = app_id
        return app

    until_deployed(client.create_group(MarathonGroup(id="/shop", apps=[named("/shop/api", 2), named("/shop/db")])))
    assert "/shop" in [g.id for g in client.list_groups()]
    same(sorted(a.id for a in client.get_group("/shop").apps), ["/shop/api", "/shop/db"])
    refused(ConflictError, lambda: client.create_group(MarathonGroup(id="/shop")))
    until_deployed(client.scale_group("/shop", 2))
    same(client.get_app("/shop/api").tasks_running, 4)
    until_deployed(client.update_group("/shop", MarathonGroup(id="/shop", apps=[named("/shop/api")])))
    same([a.id for a in client.get_group("/shop").apps], ["/shop/api"])
    until_deployed(client.delete_group("/shop"))
    refused(NotFoundError, lambda: client.get_group("/shop"))


def tasks_on_three_agents():
    deploy("/spread", 3, constraints=[("hostname", "UNIQUE")])
    tasks = client.list_tasks("/spread")
    same({task.state for task in tasks}, {"TASK_RUNNING"})
    same(len({task.slave_id for task in tasks}), 3)
    assert all(task.started_at >= task.staged_at for task in tasks)
    assert {task.id for task in tasks} <= {task.id for task in client.list_tasks()}
    ports = [endpoint.task_port for endpoint in client.list_endpoints() if endpoint.app_id == "/spread"]
    same(len(ports), 3)


def killed_task_comes_back():
    victim = deploy("/kill", 2).tasks[0].id
    same(client.kill_task("/kill", victim).id, victim)
    until("the victim to go", lambda: victim not in [t.id for t in client.list_tasks("/kill")])
    until_running("/kill", 2)
    # An id names the instance, so it is the task that came back which is killed now.
    assert client.kill_task("/kill", victim).id != victim
    refused(NotFoundError, lambda: client.kill_task("/kill", "nobody"))


def kill_and_scale():
    victim, *others = [task.id for task in deploy("/choose", 3).tasks]
    assert client.kill_given_tasks([victim], scale=True)
    until_running("/choose", 2)
    same({task.id for task in client.list_tasks("/choose")}, set(others))
    until_deployed(client.kill_task("/choose", others[0], scale=True))
    same([task.id for task in client.list_tasks("/choose")], [others[1]])


def kill_all():
    before = {task.id for task in deploy("/all", 2).tasks}
    same({task.id for task in client.kill_tasks("/all")}, before)
    until("new tasks", lambda: not before & {task.id for task in client.list_tasks("/all")})
    until_running("/all", 2)
    until_deployed(client.kill_tasks("/all", scale=True))
    same(client.get_app("/all").instances, 0)


def waiting_in_the_queue():
    wide = sleeper(2)
    wide.cpus = MORE_CPUS_THAN_AN_AGENT_HAS
    client.create_app("/wide", wide)

    def waiting():
        items = [item for item in client.list_queue(embed_last_unused_offers=True) if item.app.id == "/wide"]
        return items and items[0].processed_offers_summary["processedOffersCount"] > 0 and items[0]

    item = until("/wide to be waiting", waiting)
    same((item.count, item.delay.overdue), (2, True))
    reasons = {r["reason"]: r["declined"] for r in item.processed_offers_summary["rejectSummaryLastOffers"]}
    same((len(reasons), reasons["InsufficientCpus"], reasons["InsufficientMemory"]), (10, 3, 0))
    same(len(item.last_unused_offers), 3)
    until_deployed(client.delete_app("/wide", force=True))
    same([i for i in client.list_queue() if i.app.id == "/wide"], [])


def failing_app():
    client.create_app("/failing", MarathonApp(cmd="exit 7", cpus=0.05, mem=8, instances=1, backoff_seconds=60))

    def failed():
        return client.get_app("/failing", embed_last_task_failure=True).last_task_failure

    same(until("a failure", failed).state, "TASK_FAILED")

    def backing_off():
        return [item for item in client.list_queue() if item.app.id == "/failing" and not item.delay.overdue]

    item = until("the delay", backing_off)[0]
    assert item.delay.time_left_seconds > 30, item.delay.time_left_seconds
    client.reset_delay("/failing")
    until_deployed(client.delete_app("/failing", force=True))


def health_checks():
    check = MarathonHealthCheck(protocol="COMMAND", command="true", interval_seconds=1, delay_seconds=1)
    client.create_app("/healthy", sleeper(2, health_checks=[check]))
    until_running("/healthy", 2)
    app = client.get_app("/healthy")
    same((app.tasks_healthy, app.tasks_unhealthy), (2, 0))
    same(app.health_checks[0].command, {"value": "true"})
    results = [result for task in app.tasks for result in task.health_check_results]
    same([result.alive for result in results], [True, True])


def delete():
    deploy("/delete", 2)
    until_deployed(client.delete_app("/delete"))
    refused(NotFoundError, lambda: client.get_app("/delete"))
    refused(NotFoundError, lambda: client.delete_app("/delete"))
    same([task for task in client.list_tasks() if task.app_id == "/delete"], [])


def events():
    """Without deployment_info and _step_success: the client wants plans as Marathon up to 1.7 wrote them."""
    seen = []
    kinds = [
        MarathonAppTerminatedEvent,
        MarathonDeploymentSuccess,
        MarathonGroupChangeSuccess,
        MarathonInstanceChangedEvent,
        MarathonStatusUpdateEvent,
    ]
    listener = MarathonClient(url)
    stream = listener.event_stream(event_types=["event_stream_attached", *kinds])
    thread = threading.Thread(target=lambda: [seen.append(event) for event in stream], daemon=True)
    thread.start()

    def of(kind):
        return [event for event in seen if isinstance(event, kind)]

    def complete():
        """Of the instances whose whole life was heard: the first rounds pass before the stream is open."""
        return [e.instance_id for e in of(MarathonInstanceChangedEvent) if e.condition == "Scheduled"]

    def another_round():
        # The client hands on blocks of 512 bytes, so the last events wait for those that follow.
        deploy("/events")
        until_deployed(client.delete_app("/events"))
        return len(complete()) > 1

    until("an instance's whole life", another_round)
    missing = [kind.__name__ for kind in kinds if not of(kind)]
    same(missing, [])
    instance = complete()[0]
    conditions = [e.condition for e in of(MarathonInstanceChangedEvent) if e.instance_id == instance]
    in_order(conditions, ["Scheduled", "Provisioned", "Running", "Killed"])
    states = [e.task_status for e in of(MarathonStatusUpdateEvent) if e.task_id.startswith(instance)]
    in_order(states, ["TASK_RUNNING", "TASK_KILLED"])
    same({event.app_id for event in of(MarathonAppTerminatedEvent)}, {"/events"})


CHECKS = [
    ("who is there", who_is_there),
    ("create and wait for the deployment", create_and_wait),
    ("create twice", create_twice),
    ("an app that is not valid", not_valid),
    ("scale by number and by difference", scale),
    ("conflict and force", conflict_and_force),
    ("cancel a deployment", cancel_deployment),
    ("revert a deployment", revert_deployment),
    ("versions and rollback", versions_and_rollback),
    ("restart", restart),
    ("several apps at once", several_at_once),
    ("groups", groups),
    ("tasks on three agents", tasks_on_three_agents),
    ("a killed task comes back", killed_task_comes_back),
    ("kill and scale", kill_and_scale),
    ("kill all", kill_all),
    ("waiting in the queue", waiting_in_the_queue),
    ("a failing app", failing_app),
    ("health checks", health_checks),
    ("delete", delete),
    ("events", events),
]

report(CHECKS)
