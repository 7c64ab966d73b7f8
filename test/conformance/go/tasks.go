// Checks of tasks, of what waits to become one, and of events.

package main

import (
	"fmt"
	"strings"
	"time"

	marathon "github.com/gambol99/go-marathon"
)

const instancesOnThreeHosts = 3

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
