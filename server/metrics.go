package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics counts what a server does; labels hold routes and steps, never ids.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	sent     prometheus.Counter
	steps    *prometheus.CounterVec
	pieces   prometheus.Counter
	handler  http.Handler
}

func newMetrics() *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wenbao_requests_total", Help: "Requests answered."}, []string{"route", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "wenbao_request_seconds", Help: "Time to answer.", Buckets: prometheus.ExponentialBuckets(0.0005, 3, 11)}, []string{"route"}),
		sent:     prometheus.NewCounter(prometheus.CounterOpts{Name: "wenbao_sent_bytes_total", Help: "Bytes of answers."}),
		steps:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wenbao_steps_total", Help: "Steps taken, repeats included."}, []string{"action"}),
		pieces:   prometheus.NewCounter(prometheus.CounterOpts{Name: "wenbao_piece_bytes_total", Help: "Bytes of pieces of files taken."}),
	}
	r := prometheus.NewRegistry()
	r.MustRegister(m.requests, m.seconds, m.sent, m.steps, m.pieces, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) observe(route string, status, bytes int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
	m.sent.Add(float64(bytes))
}

func (m *metrics) serve(w http.ResponseWriter, r *http.Request) { m.handler.ServeHTTP(w, r) }
