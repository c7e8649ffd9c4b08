package dash

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"gatehouse.dev/internal/store"
)

// Bounds of the live feeds.
const (
	maxTails  = 64               // open at the same time
	tailPause = time.Second      // least time between two messages
	tailBeat  = 15 * time.Second // a sign of life, and a look at whether the reader is still signed in
	tailLife  = 30 * time.Minute // after which the browser connects anew
	tailWrite = 10 * time.Second // most that sending one message may take
)

// tail tells one feed page, by server-sent events, how many decisions that match its filter were recorded
// since the one it names. The page fetches the rows itself when its reader wants them, so a slow reader
// costs nothing here. Each message is sent as
//
//	event: new
//	data: {"count":3,"more":false,"newest":"<id>"}
func (d *dash) tail(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	f, err := parseFilter(v)
	if err != nil {
		d.fail(w, r, err)
		return
	}
	q, err := f.query(d.now().UTC())
	if err != nil {
		d.fail(w, r, err)
		return
	}
	if d.cfg.Tick == nil {
		d.fail(w, r, errNoPage)
		return
	}
	select {
	case d.tails <- struct{}{}:
		defer func() { <-d.tails }()
	default:
		d.fail(w, r, errTails)
		return
	}
	q.After, q.Limit = v.Get("after"), maxNew
	tick, cancel := d.cfg.Tick()
	defer cancel()
	s := stream{w: w, rc: http.NewResponseController(w)}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if s.send("retry: 3000\n\n") != nil {
		return
	}
	d.follow(r, &s, q, tick)
}

// follow sends what is new until the reader leaves, the login ends or the server stops.
func (d *dash) follow(r *http.Request, s *stream, q store.Query, tick <-chan struct{}) {
	beat := time.NewTicker(tailBeat)
	defer beat.Stop()
	life := time.NewTimer(tailLife)
	defer life.Stop()
	pause := time.NewTimer(0) // the first look is at once: it catches up
	defer pause.Stop()
	due, free := true, false
	for {
		select {
		case <-r.Context().Done():
			return
		case <-d.cfg.Stop:
			return
		case <-life.C:
			return
		case <-beat.C:
			if !d.admitted(r) || s.send(": \n\n") != nil {
				return
			}
			continue
		case _, ok := <-tick:
			if !ok {
				return
			}
			due = true
		case <-pause.C:
			free = true
		}
		if !due || !free {
			continue
		}
		newest, err := d.tellNew(r.Context(), s, q)
		if err != nil {
			return // the browser connects again and catches up
		}
		if newest != "" {
			q.After = newest
		}
		due, free = false, false
		pause.Reset(tailPause)
	}
}

// tellNew sends one message if anything matches, and returns the newest decision it counted.
func (d *dash) tellNew(ctx context.Context, s *stream, q store.Query) (newest string, err error) {
	read, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	found, err := d.cfg.Store.Decisions(read, q)
	if err != nil || len(found.Decisions) == 0 {
		return "", err
	}
	newest = found.Decisions[0].Event.ID
	data, err := toJSON(tailMessage{Count: len(found.Decisions), More: found.Next != "", Newest: newest})
	if err != nil {
		return "", err
	}
	return newest, s.send(fmt.Sprintf("event: new\ndata: %s\n\n", data))
}

type tailMessage struct {
	Count  int    `json:"count"`
	More   bool   `json:"more"`
	Newest string `json:"newest"`
}

// stream is an answer that stays open.
type stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (s *stream) send(text string) error {
	// The server's own write deadline would end a stream that lasts; this one is for each message.
	_ = s.rc.SetWriteDeadline(time.Now().Add(tailWrite))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.rc.Flush()
}
