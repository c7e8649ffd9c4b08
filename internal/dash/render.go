package dash

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"gatehouse.dev"
)

//go:embed template/*.html
var templateFiles embed.FS

// page is what every page has.
type page struct {
	Title   string
	Room    string // which entry of the navigation is lit: "overview", "feed", "sessions", "policies"
	Theme   string
	Here    string // path and query of this page, for forms that come back to it
	Version string
	Now     time.Time
	Login   bool // the dashboard has a login, so it has a way out
	Bare    bool // no navigation: the reader is not signed in
}

func (p *page) common() *page { return p }

// view is one page's struct: its template's name and what all pages have.
type view interface {
	name() string
	common() *page
}

func parsePages(as *assets) (*template.Template, error) {
	t := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"asset": as.url,
		"icon":  icon,
		"num":   num,
		"us":    micros,
		"took":  elapsed,
		"span":  span,
		"bytes": byteSize,
		"clock": clock,
		"stamp": stamp,
		"when":  when,
		"pct":   percent,
	})
	t, err := t.ParseFS(templateFiles, "template/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse templates: %w", err)
	}
	return t, nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooledBytes keeps one large page from holding its memory for ever.
const maxPooledBytes = 1 << 20

// render writes a page. It is made in full before the first byte is sent, so that a template that breaks
// is an error and not half a page.
func (d *dash) render(w http.ResponseWriter, r *http.Request, status int, v view) {
	p := v.common()
	p.Theme, p.Here, p.Version, p.Now = themeOf(r), r.URL.RequestURI(), d.cfg.Version, d.now().UTC()
	p.Login = d.guarded()
	p.Bare = p.Bare || !d.signedIn(r)
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	defer func() {
		if buf.Cap() <= maxPooledBytes {
			buffers.Put(buf)
		}
	}()
	if err := d.pages.ExecuteTemplate(buf, v.name(), v); err != nil {
		// Only the template's name: the text of the error may quote what was being printed.
		d.log.ErrorContext(r.Context(), "dashboard template failed", slog.String("template", v.name()))
		http.Error(w, "Making this page did not work.", http.StatusInternalServerError)
		return
	}
	body := unhide(buf.Bytes())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// icons are drawn on a 16 by 16 grid in the colour of the text. Each verdict has a shape of its own, so
// that none is told apart by colour alone.
var icons = map[string]template.HTML{
	"allow":    `<path d="M3 8.5 6.5 12 13 4.5"/>`,
	"alert":    `<path d="M8 2.2 14.4 13.4H1.6Z"/><path d="M8 6.4v3.2M8 11.6v.1"/>`,
	"redact":   `<path d="M2 5h12M2 11h4"/><rect x="8" y="8.6" width="6" height="4.8" rx=".6" class="solid"/>`,
	"ask":      `<circle cx="8" cy="8" r="6.2"/><path d="M6.2 6.4a1.9 1.9 0 1 1 2.7 1.8c-.6.3-.9.6-.9 1.2M8 11.5v.1"/>`,
	"deny":     `<circle cx="8" cy="8" r="6.2"/><path d="m3.8 3.8 8.4 8.4"/>`,
	"gap":      `<path d="M2 8h2.4M6.8 8h2.4M11.6 8H14"/>`,
	"open":     `<path d="M3 14V6.5a4.5 4.5 0 0 1 8.7-1.6M1.8 14h12.4"/>`,
	"eye":      `<path d="M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8Z"/><circle cx="8" cy="8" r="1.8"/>`,
	"prompt":   `<path d="M2 3h12v8H7l-3 2.6V11H2Z"/>`,
	"call":     `<path d="m3 4 4 4-4 4M8.5 12H13"/>`,
	"result":   `<path d="M13 3v5H4M7 4.6 3.6 8 7 11.4"/>`,
	"response": `<path d="M14 3H2v8h7l3 2.6V11h2ZM5 6h6M5 8.4h4"/>`,
	"life":     `<circle cx="8" cy="8" r="2.2" class="solid"/><circle cx="8" cy="8" r="5.8"/>`,
	"lock":     `<rect x="3" y="7" width="10" height="7" rx="1.2"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2"/>`,
	"tag":      `<path d="M2 2.5h5.5L14 9l-5 5-6.5-6.5Z"/><path d="M5 5.4v.1"/>`,
	"clock":    `<circle cx="8" cy="8" r="6.2"/><path d="M8 4.4V8l2.4 1.6"/>`,
	"next":     `<path d="m6 3 5 5-5 5"/>`,
	"prev":     `<path d="m10 3-5 5 5 5"/>`,
	"close":    `<path d="m4 4 8 8M12 4l-8 8"/>`,
	"search":   `<circle cx="7" cy="7" r="4.4"/><path d="m10.4 10.4 3.4 3.4"/>`,
	"sub":      `<path d="M4 2v5.5A2.5 2.5 0 0 0 6.5 10H13M10 7l3 3-3 3"/>`,
	"auto":     `<circle cx="8" cy="8" r="5.8"/><path d="M8 2.2a5.8 5.8 0 0 1 0 11.6Z" class="solid"/>`,
	"light":    `<circle cx="8" cy="8" r="3"/><path d="M8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1"/>`,
	"dark":     `<path d="M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z"/>`,
	"down":     `<path d="M8 2.5v8M4.6 7.4 8 10.8l3.4-3.4M3 13.5h10"/>`,
	"rule":     `<path d="M3 3.5h10M3 8h10M3 12.5h6"/>`,
}

// icon returns the drawing named by an action or a word; an unknown one is an error in a template.
func icon(name any) (template.HTML, error) {
	key := fmt.Sprint(name)
	in, ok := icons[key]
	if !ok {
		return "", fmt.Errorf("no icon %q", key)
	}
	return `<svg class="i" viewBox="0 0 16 16" aria-hidden="true" focusable="false">` + in + `</svg>`, nil
}

// kindIcon returns the icon of an event's kind.
func kindIcon(k gatehouse.Kind) string {
	switch k {
	case gatehouse.KindPrompt:
		return "prompt"
	case gatehouse.KindToolCall:
		return "call"
	case gatehouse.KindToolResult:
		return "result"
	case gatehouse.KindResponse:
		return "response"
	}
	return "life"
}

// kindWord returns an event's kind as people read it.
func kindWord(k gatehouse.Kind) string { return strings.ReplaceAll(string(k), "_", " ") }
