package httpapi

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"gatehouse.dev"
)

// metrics counts what the API does. Labels hold words of ours only, never anything a client sent.
type metrics struct {
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	decisions *prometheus.CounterVec
	judge     prometheus.Histogram
	failures  *prometheus.CounterVec
	open      prometheus.Counter
	gaps      prometheus.Counter
	faults    prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_http_requests_total", Help: "Requests by route and class of status."}, []string{"route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gatehouse_http_request_seconds", Help: "Time to answer a request.",
			Buckets: prometheus.ExponentialBuckets(0.0001, 2.5, 12)}, []string{"route"}),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_decisions_total", Help: "Events by kind and by what the client was told."}, []string{"kind", "applied"}),
		judge: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gatehouse_decide_seconds", Help: "Time to judge one event.",
			Buckets: prometheus.ExponentialBuckets(0.00001, 2.5, 12)}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gatehouse_failures_total", Help: "Calls without a verdict, by cause."}, []string{"cause"}),
		open: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gatehouse_failed_open_total", Help: "Events that passed because they could not be judged."}),
		gaps: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gatehouse_events_not_judged_in_full_total", Help: "Events of which a part was not judged."}),
		faults: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gatehouse_faults_total", Help: "Rules and detectors that failed while judging."}),
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.requests, m.duration, m.decisions, m.judge, m.failures, m.open, m.gaps, m.faults} {
		errs = append(errs, reg.Register(c))
	}
	for _, cause := range []string{"malformed", "too_large", "undecided", "overload"} {
		m.failures.WithLabelValues(cause)
	}
	return m, errors.Join(errs...)
}

// decided counts one decision.
func (m *metrics) decided(d *gatehouse.Decision) {
	kind := d.Event.Kind
	switch kind {
	case gatehouse.KindPrompt, gatehouse.KindToolCall, gatehouse.KindToolResult, gatehouse.KindResponse:
	default:
		kind = "other" // kinds come from clients: a label for each would be without bound
	}
	m.decisions.WithLabelValues(string(kind), d.Applied.String()).Inc()
	m.judge.Observe(float64(d.Verdict.ElapsedUS) / 1e6)
	if d.FailedOpen {
		m.open.Inc()
	}
	if len(d.Verdict.Gaps) > 0 {
		m.gaps.Inc()
	}
	m.faults.Add(float64(len(d.Verdict.Errors)))
}

func statusClass(code int) string {
	switch {
	case code < 300:
		return "2xx"
	case code < 400:
		return "3xx"
	case code < 500:
		return "4xx"
	}
	return "5xx"
}
