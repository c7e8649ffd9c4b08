package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"gatehouse.dev/internal/pipeline"
)

// registerPipeline exposes what the pipeline counts.
func registerPipeline(reg prometheus.Registerer, p *pipeline.Pipeline) {
	gauge := func(name, help string, get func(pipeline.Stats) float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return get(p.Stats()) }))
	}
	counter := func(name, help string, get func(pipeline.Stats) float64) {
		reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return get(p.Stats()) }))
	}
	gauge("gatehouse_records_queued", "Decisions that wait for the store.", func(s pipeline.Stats) float64 { return float64(s.Queued) })
	counter("gatehouse_records_committed_total", "Decisions that are durable.", func(s pipeline.Stats) float64 { return float64(s.Committed) })
	counter("gatehouse_records_dropped_total", "Decisions dropped because the queue was full.", func(s pipeline.Stats) float64 { return float64(s.Dropped) })
	counter("gatehouse_store_retries_total", "Batches that the store refused and that were tried again.", func(s pipeline.Stats) float64 { return float64(s.Retries) })
}
