package dash

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"gatehouse.dev"
)

// policyCSP is the content security policy of every answer: own files and nothing else, no inline script
// or style, and no string that could become script.
const policyCSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// maxFormBytes bounds the forms: a key, a theme, a place to go back to.
const maxFormBytes = 16 << 10

// pageFunc makes one page; it reads the store within ctx.
type pageFunc func(ctx context.Context, r *http.Request) (view, error)

// handler lists every route of the dashboard and what stands before all of them.
func (d *dash) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.page(d.overview))
	mux.HandleFunc("GET /feed", d.page(d.feed))
	mux.HandleFunc("GET /feed/events", d.tail)
	mux.HandleFunc("GET /sessions", d.page(d.sessions))
	mux.HandleFunc("GET /sessions/{id}", d.page(d.session))
	mux.HandleFunc("GET /decisions/{id}", d.page(d.decision))
	mux.HandleFunc("GET /decisions/{id}/raw", d.rawDecision)
	mux.HandleFunc("GET /policies", d.page(d.policies))
	mux.HandleFunc("GET /login", d.loginForm)
	mux.HandleFunc("POST /login", d.login)
	mux.HandleFunc("POST /logout", d.logout)
	mux.HandleFunc("GET /assets/{name}", d.asset)
	mux.HandleFunc("GET /favicon.ico", d.favicon)
	mux.HandleFunc("POST /theme", d.theme)

	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.fail(w, r, errOrigin) }))
	return d.around(origin.Handler(d.routed(mux)))
}

// routed gives the mux's own refusals the dashboard's face.
func (d *dash) routed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, pattern := mux.Handler(r); pattern == "" {
			plain := refusal{}
			h.ServeHTTP(plain, r)
			if allow := plain.Header().Get("Allow"); allow != "" {
				w.Header().Set("Allow", allow)
				d.fail(w, r, errMethod)
				return
			}
			d.fail(w, r, errNoPage)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// refusal takes the headers of the mux's own answer and drops the rest.
type refusal http.Header

func (f refusal) Header() http.Header         { return http.Header(f) }
func (f refusal) Write(b []byte) (int, error) { return len(b), nil }
func (f refusal) WriteHeader(int)             {}

// around sets the headers that every answer has, turns away strangers and catches our own bugs.
func (d *dash) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policyCSP)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Cache-Control", "no-store")
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				// The value may hold content; where it happened does not.
				d.log.ErrorContext(r.Context(), "dashboard page panicked", slog.String("stack", string(debug.Stack())))
				d.fail(w, r, errInternal)
			}
		}()
		r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
		if d.cfg.Auth == nil && !loopbackHost(r.Host) {
			d.fail(w, r, errHost)
			return
		}
		if !d.admitted(r) {
			d.toLogin(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// page wraps a page's maker with deadline, rendering and errors.
func (d *dash) page(make pageFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), d.cfg.Timeout)
		defer cancel()
		v, err := make(ctx, r)
		if err != nil {
			d.fail(w, r, err)
			return
		}
		if to, ok := v.(redirect); ok {
			http.Redirect(w, r, string(to), http.StatusSeeOther)
			return
		}
		d.render(w, r, http.StatusOK, v)
	}
}

// redirect is the view that sends the browser to another page of the dashboard.
type redirect string

func (redirect) name() string  { return "" }
func (redirect) common() *page { return nil }

// loopbackHost reports whether a Host header names this machine by a name that no outsider controls.
func loopbackHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// themes are the looks that can be chosen; "auto" follows the system.
var themes = []string{"auto", "light", "dark"}

const themeCookie = "gatehouse_theme"

// theme stores the chosen look in a cookie and goes back to where the choice was made.
func (d *dash) theme(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		d.fail(w, r, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "the form could not be read"})
		return
	}
	choice := r.PostForm.Get("theme")
	for _, t := range themes {
		if t == choice {
			http.SetCookie(w, &http.Cookie{
				Name: themeCookie, Value: t, Path: "/", MaxAge: int((365 * 24 * time.Hour).Seconds()),
				HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: d.secure(r),
			})
			http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
			return
		}
	}
	d.fail(w, r, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "unknown theme: want auto, light or dark"})
}

func themeOf(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil {
		for _, t := range themes {
			if t == c.Value {
				return t
			}
		}
	}
	return "auto"
}

// secure reports whether cookies may be limited to HTTPS.
func (d *dash) secure(r *http.Request) bool { return r.TLS != nil || d.cfg.TLS }
