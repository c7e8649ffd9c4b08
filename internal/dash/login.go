package dash

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"gatehouse.dev"
)

const (
	loginCookie    = "gatehouse_session"
	maxCookieBytes = 512
)

// openPath reports whether a reader who is not signed in may have the path.
func openPath(path string) bool {
	return path == "/login" || path == "/logout" || path == "/theme" || path == "/favicon.ico" || strings.HasPrefix(path, "/assets/")
}

// admitted reports whether the request may have what it asks for.
func (d *dash) admitted(r *http.Request) bool {
	return openPath(r.URL.Path) || d.signedIn(r)
}

// signedIn reports whether the request comes from somebody who may look.
func (d *dash) signedIn(r *http.Request) bool {
	return d.cfg.Auth == nil || d.cfg.Auth.Check(sessionCookie(r))
}

// guarded reports whether a login is needed.
func (d *dash) guarded() bool { return d.cfg.Auth != nil && !d.cfg.Auth.Check("") }

// sessionCookie returns the login of a request, empty where it has none.
func sessionCookie(r *http.Request) gatehouse.Redacted {
	c, err := r.Cookie(loginCookie)
	if err != nil || len(c.Value) > maxCookieBytes {
		return ""
	}
	return gatehouse.Redacted(c.Value)
}

// toLogin sends a reader who is not signed in to the login, which sends them back.
func (d *dash) toLogin(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.Path == "/feed/events" {
		d.fail(w, r, &gatehouse.Error{Code: gatehouse.CodeUnauthorized, Text: "Sign in first."})
		return
	}
	to := "/login"
	if next := localPath(r.URL.RequestURI()); next != "/" {
		to += "?next=" + url.QueryEscape(next)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// localPath returns the path and query of an address of the dashboard, "/" for anything that would lead
// elsewhere.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(s) > 4096 || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") ||
		u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "//") || u.Path == "/login" || u.Path == "/logout" {
		return "/"
	}
	return s
}

// loginPage asks for an API key.
type loginPage struct {
	page
	Next  string
	Wrong string // why the last try did not work
}

func (*loginPage) name() string { return "login" }

func (d *dash) loginForm(w http.ResponseWriter, r *http.Request) {
	next := localPath(r.URL.Query().Get("next"))
	if d.signedIn(r) {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return
	}
	d.renderLogin(w, r, http.StatusOK, next, "")
}

func (d *dash) renderLogin(w http.ResponseWriter, r *http.Request, status int, next, wrong string) {
	d.render(w, r, status, &loginPage{page: page{Title: "Sign in", Bare: true}, Next: next, Wrong: wrong})
}

// login exchanges the typed key for a cookie. Nothing of the key is shown again or logged.
func (d *dash) login(w http.ResponseWriter, r *http.Request) {
	if d.cfg.Auth == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if err := r.ParseForm(); err != nil {
		d.fail(w, r, invalid("The form could not be read."))
		return
	}
	next, from := localPath(r.PostForm.Get("next")), remoteAddr(r)
	if !d.logins.allow(from) {
		w.Header().Set("Retry-After", "60")
		d.renderLogin(w, r, http.StatusTooManyRequests, next, errAttempts.Text)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.cfg.Timeout)
	defer cancel()
	cookie, err := d.cfg.Auth.Login(ctx, gatehouse.Redacted(strings.TrimSpace(r.PostForm.Get("key"))))
	switch gatehouse.ErrorCode(err) {
	case "":
		d.logins.forgive(from)
		http.SetCookie(w, d.cookie(r, string(cookie), 0))
		http.Redirect(w, r, next, http.StatusSeeOther)
	case gatehouse.CodeUnauthorized, gatehouse.CodeInvalid, gatehouse.CodeNotFound:
		d.renderLogin(w, r, http.StatusUnauthorized, next, "That key is not known here, or it has expired.")
	case gatehouse.CodeForbidden:
		d.renderLogin(w, r, http.StatusForbidden, next, "That key may not read. Use one with the scope read or admin.")
	default:
		d.logins.forgive(from)
		d.log.ErrorContext(r.Context(), "dashboard login failed", slog.Any("error", err))
		d.renderLogin(w, r, http.StatusServiceUnavailable, next, "The key could not be checked at the moment. Try again.")
	}
}

func (d *dash) logout(w http.ResponseWriter, r *http.Request) {
	if cookie := sessionCookie(r); cookie != "" && d.cfg.Auth != nil {
		d.cfg.Auth.Logout(cookie)
	}
	http.SetCookie(w, d.cookie(r, "", -1))
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// cookie holds the login; it ends with the browser, and on the server by the server's own rules.
func (d *dash) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{Name: loginCookie, Value: value, Path: "/", MaxAge: maxAge, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: d.secure(r)}
}
