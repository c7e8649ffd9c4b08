package server

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/prometheus/client_golang/prometheus"

	"gatehouse.dev/engine"
	"gatehouse.dev/policy"
)

// reloadDelay gathers the several events that one save of an editor makes.
const reloadDelay = 200 * time.Millisecond

// loadPolicies reads the set at paths, or the starter set where there are none.
func loadPolicies(paths []string) (*policy.Set, error) {
	if len(paths) == 0 {
		return policy.Parse(policy.Starter()...)
	}
	return policy.Load(paths...)
}

// policies keeps the engine's set equal to the files on disk. A set that does not parse changes nothing.
type policies struct {
	paths   []string
	engine  *engine.Engine
	log     *slog.Logger
	reloads *prometheus.CounterVec
	broken  prometheus.Gauge
}

func newPolicies(paths []string, e *engine.Engine, reg prometheus.Registerer, log *slog.Logger) *policies {
	p := &policies{
		paths: paths, engine: e, log: log,
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_policy_reloads_total", Help: "Times the policy files were read again, by result."}, []string{"result"}),
		broken: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gatehouse_policy_broken", Help: "1 while the policy files on disk are broken and an older set is in force."}),
	}
	reg.MustRegister(p.reloads, p.broken)
	return p
}

// watch reloads on every change of the files until ctx ends.
func (p *policies) watch(ctx context.Context) error {
	if len(p.paths) == 0 {
		<-ctx.Done()
		return nil
	}
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch policy files: %w", err)
	}
	defer w.Close()
	if err := p.add(w); err != nil {
		return err
	}
	timer := time.NewTimer(0)
	if !timer.Stop() {
		<-timer.C
	}
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-w.Events:
			if !ok {
				return nil
			}
			timer.Reset(reloadDelay)
		case err, ok := <-w.Errors:
			if !ok {
				return nil
			}
			p.log.Warn("watch policy files", "error", err)
			timer.Reset(reloadDelay) // events may have been lost: read once more
		case <-timer.C:
			p.reload()
			if err := p.add(w); err != nil {
				p.log.Warn("watch policy files", "error", err)
			}
		}
	}
}

// add watches the folder of every file, since editors replace files, and every folder below a folder.
func (p *policies) add(w *fsnotify.Watcher) error {
	for _, path := range p.paths {
		if err := w.Add(filepath.Dir(path)); err != nil {
			return fmt.Errorf("watch policy files: %w", err)
		}
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				return w.Add(name)
			}
			return nil // what cannot be read shows when the set is loaded
		})
		if err != nil {
			return fmt.Errorf("watch policy files: %w", err)
		}
	}
	return nil
}

// same reports whether two sets judge alike and show alike: versions leave comments and places out.
func same(a, b *policy.Set) bool {
	return a.Version() == b.Version() && slices.EqualFunc(a.Policies(), b.Policies(), func(x, y policy.Policy) bool {
		return x.File == y.File && x.Line == y.Line && x.Source == y.Source
	})
}

// reload reads the files and puts the new set in force, or keeps the old one.
func (p *policies) reload() {
	set, err := policy.Load(p.paths...)
	if err == nil && same(set, p.engine.Policies()) {
		p.broken.Set(0)
		return
	}
	if err == nil {
		err = p.engine.Swap(set)
	}
	if err != nil {
		p.broken.Set(1)
		p.reloads.WithLabelValues("failed").Inc()
		p.log.Error("policy files are broken; the set in force stays", "version", p.engine.Policies().Version(), "error", err)
		return
	}
	p.broken.Set(0)
	p.reloads.WithLabelValues("done").Inc()
	p.log.Info("policies reloaded", "version", set.Version(), "policies", len(set.Policies()))
}
