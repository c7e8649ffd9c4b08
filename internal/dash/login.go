package dash

import (
	"net/http"
	"net/url"
	"strings"

	"gatehouse.dev"
)

const (
	loginCookie    = "gatehouse_session"
	maxCookieBytes = 512
)

// openPaths are what a reader who is not signed in may have.
func openPath(path string) bool {
	return path == "/login" || path == "/theme" || path == "/favicon.ico" || strings.HasPrefix(path, "/assets/")
}

// admitted reports whether the request may have what it asks for.
func (d *dash) admitted(r *http.Request) bool {
	if d.cfg.Auth == nil || openPath(r.URL.Path) {
		return true
	}
	cookie, ok := sessionCookie(r)
	return ok && d.cfg.Auth.Check(cookie)
}

func sessionCookie(r *http.Request) (gatehouse.Redacted, bool) {
	c, err := r.Cookie(loginCookie)
	if err != nil || c.Value == "" || len(c.Value) > maxCookieBytes {
		return "", false
	}
	return gatehouse.Redacted(c.Value), true
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
