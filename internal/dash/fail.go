package dash

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"gatehouse.dev"
)

// What goes wrong before a page is made.
var (
	errNoPage   = &gatehouse.Error{Code: gatehouse.CodeNotFound, Text: "There is no such page."}
	errMethod   = &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "This address does not take requests of that kind."}
	errOrigin   = &gatehouse.Error{Code: gatehouse.CodeForbidden, Text: "The request came from another site."}
	errInternal = &gatehouse.Error{Code: gatehouse.CodeInternal, Text: "Making this page did not work."}
	errHost     = &gatehouse.Error{Code: gatehouse.CodeForbidden, Text: "Without a login the dashboard answers only under a name of this machine, such as localhost or 127.0.0.1."}
	errTails    = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "Too many live feeds are open."}
	errAttempts = &gatehouse.Error{Code: gatehouse.CodeRateLimited, Text: "Too many attempts. Wait a minute, then try again."}
)

// failPage says what went wrong and what can be done.
type failPage struct {
	page
	Status int
	Text   string
	Advice string
	Retry  string // address to try again; empty where that would not help
}

func (*failPage) name() string { return "fail" }

// fail answers with the page for an error. What is not the reader's to know is logged, not shown.
func (d *dash) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // nobody is there to read it
	}
	f := describe(err)
	if f.Status >= 500 {
		d.log.ErrorContext(r.Context(), "dashboard page failed", slog.Int("status", f.Status), slog.Any("error", err))
	}
	if f.Retry != "" {
		f.Retry = r.URL.RequestURI()
		w.Header().Set("Retry-After", "5")
	}
	if f.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	d.render(w, r, f.Status, f)
}

// describe puts an error into words for the reader.
func describe(err error) *failPage {
	if err == error(errMethod) {
		return &failPage{page: page{Title: "Not allowed"}, Status: http.StatusMethodNotAllowed, Text: errMethod.Text}
	}
	if err == error(errHost) {
		return &failPage{page: page{Title: "Wrong name"}, Status: http.StatusMisdirectedRequest, Text: errHost.Text}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &failPage{page: page{Title: "The store is slow"}, Status: http.StatusGatewayTimeout, Retry: "yes",
			Text:   "Reading the records took too long, so the page was given up.",
			Advice: "Decisions go on being made meanwhile: they never wait for the store. A shorter time range is read faster."}
	}
	text := ""
	if e, ok := errors.AsType[*gatehouse.Error](err); ok {
		text = e.Text
	}
	switch gatehouse.ErrorCode(err) {
	case gatehouse.CodeNotFound:
		return &failPage{page: page{Title: "Not found"}, Status: http.StatusNotFound, Text: text,
			Advice: "Records are kept for a limited time, so an old address may lead nowhere."}
	case gatehouse.CodeInvalid:
		return &failPage{page: page{Title: "That cannot be shown"}, Status: http.StatusBadRequest, Text: text}
	case gatehouse.CodeUnauthorized:
		return &failPage{page: page{Title: "Not signed in"}, Status: http.StatusUnauthorized, Text: text}
	case gatehouse.CodeForbidden:
		return &failPage{page: page{Title: "Refused"}, Status: http.StatusForbidden, Text: text}
	case gatehouse.CodeRateLimited:
		return &failPage{page: page{Title: "Too many attempts"}, Status: http.StatusTooManyRequests, Text: text}
	case gatehouse.CodeUnavailable:
		return &failPage{page: page{Title: "The store does not answer"}, Status: http.StatusServiceUnavailable, Retry: "yes",
			Text:   "The records cannot be read at the moment.",
			Advice: "Decisions go on being made meanwhile: they never wait for the store. The server's log says what is wrong."}
	}
	return &failPage{page: page{Title: "Something broke"}, Status: http.StatusInternalServerError, Retry: "yes",
		Text:   "The page could not be made.",
		Advice: "The server's log says what is wrong."}
}
