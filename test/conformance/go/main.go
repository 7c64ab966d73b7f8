// Drives a Marathon through go-marathon: main URL. Prints one line of TAP for each check.
package main

import (
	"fmt"
	"os"
	"strings"

	marathon "github.com/gambol99/go-marathon"
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
