// What the checks are made of: applications, waiting, and words for what was found.

package main

import (
	"errors"
	"fmt"
	"time"

	marathon "github.com/gambol99/go-marathon"
)

const (
	within    = 20 * time.Second
	lookEvery = 20 * time.Millisecond
)

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
