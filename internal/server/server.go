// Package server wires the parts into one running Gatehouse: store, policies, engine, recording, API and
// dashboard. It is the only package that knows a store's backend.
//
// [New] opens everything and refuses what is unsafe; [Server.Run] serves until its context ends, then stops
// in order: no new requests, requests in flight, records in flight, store. Nothing it started outlives it.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"gatehouse.dev/detect/builtin"
	"gatehouse.dev/engine"
	"gatehouse.dev/internal/config"
	"gatehouse.dev/internal/dash"
	"gatehouse.dev/internal/httpapi"
	"gatehouse.dev/internal/pipeline"
	"gatehouse.dev/internal/session"
	"gatehouse.dev/internal/store/sqlite"
)

// AddressFile is the file in the data folder that holds the server's URL while it runs.
const AddressFile = "address"

// Time-outs of every connection; a live feed lifts the last for itself.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// Server is one Gatehouse.
type Server struct {
	cfg      config.Config
	log      *slog.Logger
	store    *sqlite.DB
	engine   *engine.Engine
	pipe     *pipeline.Pipeline
	gate     *gate
	policies *policies
	listener net.Listener
	http     *http.Server
	version  string
	stopping chan struct{} // closed when Run begins to stop, which ends the live feeds
}

// New opens the store, loads the policies and listens. Close or Run must be called on what it returns.
// version is shown in the dashboard.
func New(ctx context.Context, cfg config.Config, version string, log *slog.Logger) (_ *Server, err error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: log, version: version, stopping: make(chan struct{})}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	set, err := loadPolicies(cfg.Policies)
	if err != nil {
		return nil, err
	}
	if s.store, err = sqlite.Open(ctx, sqlite.Config{Dir: cfg.Data, Logger: log}); err != nil {
		return nil, err
	}
	if s.gate, err = newGate(ctx, s.store, &cfg); err != nil {
		return nil, err
	}
	key, err := s.store.Secret(ctx, "fingerprint", 32)
	if err != nil {
		return nil, err
	}
	s.engine, err = engine.New(engine.Config{
		Policies: set, Suites: builtin.Suites(), Detect: detect.Config{FingerprintKey: key}, Sessions: session.New(session.Config{}),
	})
	if err != nil {
		return nil, err
	}
	if s.pipe, err = pipeline.New(s.store, pipeline.Config{MaxBytes: cfg.QueueBytes, DrainTimeout: cfg.ShutdownTimeout, Logger: log}); err != nil {
		return nil, err
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.policies = newPolicies(cfg.Policies, s.engine, reg, log)
	registerPipeline(reg, s.pipe)
	if s.listener, err = net.Listen("tcp", cfg.Addr); err != nil {
		return nil, &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: fmt.Sprintf("listen on %q", cfg.Addr), Err: err}
	}
	handler, err := s.handler(reg)
	if err != nil {
		return nil, err
	}
	s.http = &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// handler is the API and the dashboard on one address, behind what both need.
func (s *Server) handler(reg *prometheus.Registry) (http.Handler, error) {
	api, err := httpapi.New(httpapi.Config{
		Decider: s.engine, Recorder: s.pipe, Reader: s.store, Auth: s.gate, Policies: s.engine.Policies, Ready: s.ready,
		Registry: reg, Logger: s.log, FailMode: s.cfg.FailMode, DecideTimeout: s.cfg.DecideTimeout, MaxBodyBytes: s.cfg.MaxBodyBytes,
	})
	if err != nil {
		return nil, err
	}
	ui, err := dash.New(dash.Config{
		Store: s.store, Policies: s.engine.Policies, Tick: s.pipe.Subscribe, Auth: s.gate, Logger: s.log,
		Version: s.version, HookURL: s.URL(), Stop: s.stopping, TLS: s.cfg.TLSCert != "",
	})
	if err != nil {
		return nil, err
	}
	both := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if api.Handles(r) {
			api.ServeHTTP(w, r)
			return
		}
		ui.ServeHTTP(w, r)
	})
	return s.gate.protect(http.NewCrossOriginProtection().Handler(both)), nil
}

// ready says why the server cannot serve as it should.
func (s *Server) ready(ctx context.Context) error {
	if st := s.pipe.Stats(); st.Failing {
		return &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "records wait for the store"}
	}
	return nil
}

// URL is where the server is reached.
func (s *Server) URL() string {
	scheme := "http"
	if s.cfg.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + s.listener.Addr().String()
}

// Run serves until ctx ends or the listener breaks, then stops in order and closes the store.
func (s *Server) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, s.Close()) }()
	address := filepath.Join(s.cfg.Data, AddressFile)
	if err := os.WriteFile(address, []byte(s.URL()+"\n"), 0o600); err != nil {
		return fmt.Errorf("write address file: %w", err)
	}
	defer os.Remove(address)

	pipeCtx, stopPipe := context.WithCancel(context.WithoutCancel(ctx))
	defer stopPipe()
	var group errgroup.Group
	serving, stopServing := context.WithCancel(ctx)
	defer stopServing()
	group.Go(func() error { return s.pipe.Run(pipeCtx) })
	group.Go(func() error { return s.policies.watch(serving) })
	group.Go(func() error {
		defer stopServing()
		if err := s.serve(); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve: %w", err)
		}
		return nil
	})
	s.log.Info("listening", "url", s.URL(), "data", s.cfg.Data, "policies", s.engine.Policies().Version(), "login", s.gate.Required(ctx))
	<-serving.Done()

	s.log.Info("stopping")
	close(s.stopping)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.ShutdownTimeout)
	defer cancel()
	if err := s.http.Shutdown(end); err != nil {
		_ = s.http.Close() // live feeds and slow clients have had their time
	}
	stopPipe()
	return group.Wait()
}

func (s *Server) serve() error {
	if s.cfg.TLSCert != "" {
		return s.http.ServeTLS(s.listener, s.cfg.TLSCert, s.cfg.TLSKey)
	}
	return s.http.Serve(s.listener)
}

// Close releases what New opened; Run does it by itself.
func (s *Server) Close() error {
	var errs []error
	if s.listener != nil {
		if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
		s.store = nil
	}
	return errors.Join(errs...)
}
