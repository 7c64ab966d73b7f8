// Drives a Marathon through go-marathon: main URL. Prints one line of TAP for each check.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	marathon "github.com/gambol99/go-marathon"
)

const (
	within                = 20 * time.Second
	lookEvery             = 20 * time.Millisecond
	moreCPUsThanAnAgent   = 100
	instancesOnThreeHosts = 3
)

var client marathon.Marathon

var checks = []struct {
	name string
	run  func() error
}{
	{"who is there", whoIsThere},
	{"create and wait for the application", createAndWait},
	{"create twice", createTwice},
	{"an app that is not valid", notValid},
	{"an app that is not there", notThere},
	{"scale and wait for the deployment", scale},
	{"conflict and force", conflictAndForce},
	{"cancel a deployment", cancelDeployment},
	{"update and go back to an earlier version", updateAndGoBack},
	{"restart", restart},
	{"groups", groups},
	{"tasks on three agents", tasksOnThreeAgents},
	{"kill and scale", killAndScale},
	{"kill all on a host", killAllOnHost},
	{"waiting in the queue", waitingInTheQueue},
	{"health checks", healthChecks},
	{"events", events},
	{"delete", deleteApplication},
}

func main() {
	config := marathon.NewDefaultConfig()
	config.URL = os.Args[1]
	config.EventsTransport = marathon.EventsTransportSSE
	config.PollingWaitTime = lookEvery
	var err error
	if client, err = marathon.NewClient(config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("TAP version 13")
	for _, check := range checks {
		if err := check.run(); err != nil {
			fmt.Printf("not ok %s # %s\n", check.name, strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("ok %s\n", check.name)
		}
	}
	fmt.Printf("1..%d\n", len(checks))
}

func sleeper(id string, instances int) *marathon.Application {
	app := &marathon.Application{}
	return app.Name(id).Command("exec sleep 1000").CPU(0.05).Memory(8).Count(instances)
}

// deploy creates the application and waits until it runs and its deployment has left the list.
func deploy(app *marathon.Application) error {
	created, err := client.CreateApplication(app)
	if err != nil {
		return err
	}
	for _, deployment := range created.DeploymentIDs() {
		if err := client.WaitOnDeployment(deployment.DeploymentID, within); err != nil {
			return err
		}
	}
	return client.WaitOnApplication(app.ID, within)
}

// done waits for a deployment that was answered with; it takes both results of a call.
func done(deployment *marathon.DeploymentID, err error) error {
	if err != nil {
		return err
	}
	if deployment.DeploymentID == "" || deployment.Version == "" {
		return fmt.Errorf("half an answer: %+v", deployment)
	}
	return client.WaitOnDeployment(deployment.DeploymentID, within)
}

func until(what string, look func() (bool, error)) error {
	deadline := time.Now().Add(within)
	for {
		if found, err := look(); err != nil || found {
			return err
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waited in vain: %s", what)
		}
		time.Sleep(lookEvery)
	}
}

// expect says what was found unless the condition holds.
func expect(holds bool, format string, found ...interface{}) error {
	if holds {
		return nil
	}
	return fmt.Errorf("found "+format, found...)
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// refused returns the words of the client's own error of this kind.
func refused(err error, code int) (string, error) {
	var refusal *marathon.APIError
	if !errors.As(err, &refusal) || refusal.ErrCode != code {
		return "", fmt.Errorf("not refused as %d: %v", code, err)
	}
	return refusal.Error(), nil
}

func running(id string, count int) error {
	app, err := client.Application(id)
	if err != nil {
		return err
	}
	return expect(app.TasksRunning == count && len(app.Tasks) == count, "%d tasks running of %s", app.TasksRunning, id)
}

func whoIsThere() error {
	pong, err := client.Ping()
	if err != nil {
		return err
	}
	info, err := client.Info()
	if err != nil {
		return err
	}
	leader, err := client.Leader()
	if err != nil {
		return err
	}
	return first(
		expect(pong, "no pong"),
		expect(info.Name == "marathon" && info.FrameworkID != "", "%+v", info),
		expect(strings.HasPrefix(info.Version, "1.10."), "version %s", info.Version),
		expect(leader == info.Leader, "leaders %s and %s", leader, info.Leader),
	)
}

func createAndWait() error {
	app := sleeper("/create", 2).AddLabel("team", "red").AddEnv("COLOUR", "red")
	if err := deploy(app); err != nil {
		return err
	}
	found, err := client.Application("/create")
	if err != nil {
		return err
	}
	ok, err := client.ApplicationOK("/create")
	if err != nil {
		return err
	}
	ids, err := client.ListApplications(map[string][]string{"label": {"team==red"}})
	if err != nil {
		return err
	}
	return first(
		expect(ok, "not OK"),
		expect((*found.Labels)["team"] == "red" && (*found.Env)["COLOUR"] == "red", "%v %v", *found.Labels, *found.Env),
		expect(found.VersionInfo != nil && found.VersionInfo.LastConfigChangeAt != "", "%v", found.VersionInfo),
		expect(len(ids) == 1 && ids[0] == "/create", "%v", ids),
	)
}

func createTwice() error {
	if err := deploy(sleeper("/twice", 1)); err != nil {
		return err
	}
	_, err := client.CreateApplication(sleeper("/twice", 1))
	_, err = refused(err, marathon.ErrCodeDuplicateID)
	return err
}

func notValid() error {
	_, err := client.CreateApplication((&marathon.Application{}).Name("/wrong").CPU(0.05))
	words, err := refused(err, marathon.ErrCodeInvalidBean)
	return first(err, expect(strings.Contains(words, "path: '/"), "%s", words))
}

func notThere() error {
	_, err := client.Application("/nowhere")
	_, noApp := refused(err, marathon.ErrCodeNotFound)
	_, err = client.ScaleApplicationInstances("/nowhere", 2, false)
	// A PUT would create it, so what is refused is a definition that says nothing but a count.
	_, noScale := refused(err, marathon.ErrCodeInvalidBean)
	_, err = client.DeleteApplication("/nowhere", false)
	_, noDelete := refused(err, marathon.ErrCodeNotFound)
	return first(noApp, noScale, noDelete)
}

func scale() error {
	return first(
		deploy(sleeper("/scale", 1)),
		done(client.ScaleApplicationInstances("/scale", 4, false)),
		running("/scale", 4),
		done(client.ScaleApplicationInstances("/scale", 2, false)),
		running("/scale", 2),
	)
}

// stuck makes a deployment of the application that cannot end: nothing has room for it.
func stuck(id string) (*marathon.DeploymentID, error) {
	if err := deploy(sleeper(id, 1)); err != nil {
		return nil, err
	}
	return client.UpdateApplication(sleeper(id, 1).CPU(moreCPUsThanAnAgent), false)
}

func conflictAndForce() error {
	holder, err := stuck("/conflict")
	if err != nil {
		return err
	}
	_, err = client.ScaleApplicationInstances("/conflict", 2, false)
	words, err := refused(err, marathon.ErrCodeAppLocked)
	if err != nil {
		return err
	}
	holding, err := client.ApplicationDeployments("/conflict")
	if err != nil {
		return err
	}
	if err := first(
		expect(strings.Contains(words, holder.DeploymentID), "%s without %s", words, holder.DeploymentID),
		expect(len(holding) == 1 && holding[0].DeploymentID == holder.DeploymentID, "%v", holding),
		done(client.UpdateApplication(sleeper("/conflict", 2), true)),
		running("/conflict", 2),
	); err != nil {
		return err
	}
	still, err := client.HasDeployment(holder.DeploymentID)
	return first(err, expect(!still, "the holder still there"))
}

// cancelDeployment reverts: the client has a parameter for force and does not send it.
func cancelDeployment() error {
	holder, err := stuck("/cancel")
	if err != nil {
		return err
	}
	deployments, err := client.Deployments()
	if err != nil {
		return err
	}
	for _, deployment := range deployments {
		if deployment.ID != holder.DeploymentID {
			continue
		}
		actions := deployment.Steps[0]
		if err := expect(len(actions) == 1 && actions[0].App == "/cancel", "%+v", actions); err != nil {
			return err
		}
	}
	return first(
		done(client.DeleteDeployment(holder.DeploymentID, false)),
		client.WaitOnApplication("/cancel", within),
		running("/cancel", 1),
	)
}

func updateAndGoBack() error {
	if err := first(
		deploy(sleeper("/history", 1).AddEnv("N", "1")),
		done(client.UpdateApplication(sleeper("/history", 1).AddEnv("N", "2"), false)),
	); err != nil {
		return err
	}
	versions, err := client.ApplicationVersions("/history")
	if err != nil {
		return err
	}
	if err := expect(len(versions.Versions) >= 2, "%v", versions.Versions); err != nil {
		return err
	}
	oldest := versions.Versions[len(versions.Versions)-1]
	then, err := client.ApplicationByVersion("/history", oldest)
	if err != nil {
		return err
	}
	if err := first(
		expect((*then.Env)["N"] == "1", "%v", *then.Env),
		done(client.SetApplicationVersion("/history", &marathon.ApplicationVersion{Version: oldest})),
	); err != nil {
		return err
	}
	now, err := client.Application("/history")
	return first(err, expect((*now.Env)["N"] == "1", "%v", *now.Env))
}

func taskIDs(id string) (map[string]bool, error) {
	tasks, err := client.Tasks(id)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, task := range tasks.Tasks {
		ids[task.ID] = true
	}
	return ids, nil
}

func restart() error {
	if err := deploy(sleeper("/again", 2)); err != nil {
		return err
	}
	before, err := taskIDs("/again")
	if err != nil {
		return err
	}
	if err := done(client.RestartApplication("/again", false)); err != nil {
		return err
	}
	after, err := taskIDs("/again")
	if err != nil {
		return err
	}
	for id := range after {
		if before[id] {
			return fmt.Errorf("%s is still there", id)
		}
	}
	return expect(len(after) == 2, "%v", after)
}

func groups() error {
	shop := marathon.NewApplicationGroup("/shop").App(sleeper("/shop/api", 2)).App(sleeper("/shop/db", 1))
	if err := first(client.CreateGroup(shop), client.WaitOnGroup("/shop", within)); err != nil {
		return err
	}
	all, err := client.Groups()
	if err != nil {
		return err
	}
	found, err := client.Group("/shop")
	if err != nil {
		return err
	}
	smaller := marathon.NewApplicationGroup("/shop").App(sleeper("/shop/api", 3))
	if err := first(
		expect(all.ID == "/" && len(all.Groups) >= 1, "%+v", all),
		expect(len(found.Apps) == 2, "%d apps", len(found.Apps)),
		done(client.UpdateGroup("/shop", smaller, false)),
		running("/shop/api", 3),
		done(client.DeleteGroup("/shop", false)),
	); err != nil {
		return err
	}
	_, err = client.Application("/shop/db")
	_, noApp := refused(err, marathon.ErrCodeNotFound)
	there, err := client.HasGroup("/shop")
	return first(noApp, err, expect(!there, "the group still there"))
}

func tasksOnThreeAgents() error {
	if err := deploy(sleeper("/spread", instancesOnThreeHosts).AddConstraint("hostname", "UNIQUE")); err != nil {
		return err
	}
	all, err := client.AllTasks(&marathon.AllTasksOpts{Status: "running"})
	if err != nil {
		return err
	}
	agents := map[string]bool{}
	for _, task := range all.Tasks {
		if task.AppID == "/spread" && task.State == "TASK_RUNNING" && len(task.Ports) == 1 {
			agents[task.SlaveID] = true
		}
	}
	return expect(len(agents) == instancesOnThreeHosts, "agents %v", agents)
}

// killAndScale names its victim to KillTasks: KillTask takes the id for one of Marathon up to 1.7.
func killAndScale() error {
	if err := deploy(sleeper("/choose", 3)); err != nil {
		return err
	}
	before, err := taskIDs("/choose")
	if err != nil {
		return err
	}
	var victim string
	for victim = range before {
		break
	}
	if err := client.KillTasks([]string{victim}, &marathon.KillTaskOpts{Scale: true}); err != nil {
		return err
	}
	if err := until("two to be left", func() (bool, error) {
		app, err := client.Application("/choose")
		return err == nil && *app.Instances == 2 && len(app.Tasks) == 2, err
	}); err != nil {
		return err
	}
	after, err := taskIDs("/choose")
	return first(err, expect(!after[victim], "%v with %s", after, victim))
}

func killAllOnHost() error {
	if err := deploy(sleeper("/host", instancesOnThreeHosts).AddConstraint("hostname", "UNIQUE")); err != nil {
		return err
	}
	tasks, err := client.Tasks("/host")
	if err != nil {
		return err
	}
	victim := tasks.Tasks[0]
	killed, err := client.KillApplicationTasks("/host", &marathon.KillApplicationTasksOpts{Host: victim.Host})
	if err != nil {
		return err
	}
	if err := expect(len(killed.Tasks) == 1 && killed.Tasks[0].ID == victim.ID, "%+v", killed.Tasks); err != nil {
		return err
	}
	return until("another task in its place", func() (bool, error) {
		ids, err := taskIDs("/host")
		return err == nil && len(ids) == instancesOnThreeHosts && !ids[victim.ID], err
	})
}

func waitingInTheQueue() error {
	if _, err := client.CreateApplication(sleeper("/wide", 2).CPU(moreCPUsThanAnAgent)); err != nil {
		return err
	}
	if err := until("/wide to be waiting", func() (bool, error) {
		queue, err := client.Queue()
		if err != nil {
			return false, err
		}
		for _, item := range queue.Items {
			if item.Application.ID == "/wide" {
				return item.Count == 2 && item.Delay.Overdue, nil
			}
		}
		return false, nil
	}); err != nil {
		return err
	}
	return first(client.DeleteQueueDelay("/wide"), done(client.DeleteApplication("/wide", true)))
}

func healthChecks() error {
	check := marathon.NewDefaultHealthCheck()
	check.Protocol = "COMMAND"
	check.Command = &marathon.Command{Value: "true"}
	check.Path, check.PortIndex = nil, nil
	check.IntervalSeconds = 1
	if err := deploy(sleeper("/healthy", 2).AddHealthCheck(*check)); err != nil {
		return err
	}
	return until("every task to be healthy", func() (bool, error) { return client.ApplicationOK("/healthy") })
}

func events() error {
	wanted := marathon.EventIDAPIRequest | marathon.EventIDStatusUpdate | marathon.EventIDGroupChangeSuccess |
		marathon.EventIDDeploymentInfo | marathon.EventIDDeploymentStepSuccess | marathon.EventIDDeploymentSuccess |
		marathon.EventIDAppTerminated
	channel, err := client.AddEventsListener(wanted)
	if err != nil {
		return err
	}
	defer client.RemoveEventsListener(channel)
	if err := deploy(sleeper("/events", 1)); err != nil {
		return err
	}
	if err := done(client.DeleteApplication("/events", false)); err != nil {
		return err
	}
	missing := wanted
	deadline := time.After(within)
	for missing != 0 {
		select {
		case event := <-channel:
			if problem := wrong(event); problem != nil {
				return problem
			}
			missing &^= event.ID
		case <-deadline:
			return fmt.Errorf("no event of the kinds %b", missing)
		}
	}
	return nil
}

// wrong looks into the events that say what they are about.
func wrong(event *marathon.Event) error {
	switch e := event.Event.(type) {
	case *marathon.EventAPIRequest:
		return expect(e.AppDefinition.ID == "/events", "%+v", e)
	case *marathon.EventStatusUpdate:
		return expect(e.AppID == "/events" && strings.HasPrefix(e.TaskStatus, "TASK_"), "%+v", e)
	case *marathon.EventDeploymentInfo:
		return expect(e.Plan.ID != "" && e.CurrentStep.Actions[0].App == "/events", "%+v", e)
	case *marathon.EventDeploymentSuccess:
		return expect(e.ID != "", "%+v", e)
	case *marathon.EventAppTerminated:
		return expect(e.AppID == "/events", "%+v", e)
	}
	return nil
}

func deleteApplication() error {
	if err := first(deploy(sleeper("/delete", 2)), done(client.DeleteApplication("/delete", false))); err != nil {
		return err
	}
	_, err := client.Application("/delete")
	_, err = refused(err, marathon.ErrCodeNotFound)
	return err
}
