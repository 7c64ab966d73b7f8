// Checks of applications, groups and their deployments.

package main

import (
	"fmt"
	"strings"

	marathon "github.com/gambol99/go-marathon"
)

const moreCPUsThanAnAgent = 100

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

func deleteApplication() error {
	if err := first(deploy(sleeper("/delete", 2)), done(client.DeleteApplication("/delete", false))); err != nil {
		return err
	}
	_, err := client.Application("/delete")
	_, err = refused(err, marathon.ErrCodeNotFound)
	return err
}
