package dash

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gatehouse.dev"
)

// browser is a tab of a real Chromium before a seeded dashboard.
type browser struct {
	t     *testing.T
	ctx   context.Context
	url   string
	store *fakeStore
	tick  *ticker
	srv   *httptest.Server
	down  atomic.Bool // the server breaks every connection off

	mu       sync.Mutex
	messages []string // errors and warnings of the console, policy violations among them
}

// ticker is the Tick of a test: fire tells all that subscribed.
type ticker struct {
	mu   sync.Mutex
	subs map[chan struct{}]bool
}

func (k *ticker) subscribe() (<-chan struct{}, func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ch := make(chan struct{}, 1)
	if k.subs == nil {
		k.subs = map[chan struct{}]bool{}
	}
	k.subs[ch] = true
	return ch, func() { k.mu.Lock(); defer k.mu.Unlock(); delete(k.subs, ch) }
}

func (k *ticker) fire() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for ch := range k.subs {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

// startBrowser starts Chromium once for a test; without one the test is skipped.
func startBrowser(t *testing.T, st *fakeStore, cfg Config) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED: the browser test takes some seconds; run it without -short")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("SKIPPED: no Chromium on the PATH, so no page was looked at in a browser; on Debian: apt-get install chromium")
	}
	b := &browser{t: t, store: st, tick: &ticker{}}
	cfg.Store, cfg.Policies, cfg.Tick, cfg.Version, cfg.Clock = st, testPolicies(t), b.tick.subscribe, "0.1.0", time.Now
	pages := newTest(t, cfg)
	b.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.down.Load() {
			panic(http.ErrAbortHandler)
		}
		pages.ServeHTTP(w, r)
	}))
	b.url = b.srv.URL
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.WindowSize(1360, 900))
	if os.Geteuid() == 0 {
		opts = append(opts, chromedp.NoSandbox) // Chromium's sandbox does not start as root
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(t.Context(), opts...)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(func() { stop(); stopAlloc(); b.srv.CloseClientConnections(); b.srv.Close() })
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.IsException() || m.Source == "security" {
				b.mu.Lock()
				b.messages = append(b.messages, m.String()+" "+m.URL)
				b.mu.Unlock()
			}
		}
	}()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(b.ctx, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Tokyo"})
		return err
	}))
	return b
}

// do runs actions within a time that is long even for a slow machine.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("browser: %v", err)
	}
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url+path), chromedp.WaitReady("footer.foot"))
}

// eval returns what an expression is in the page.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return v
}

// until waits for an expression to become true in the page.
func (b *browser) until(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second)))
		if err == nil {
			return
		}
		// The page that was polled is gone: its successor is asked.
		if !strings.Contains(err.Error(), "context with specified id") && !strings.Contains(err.Error(), "navigated or closed") {
			b.t.Fatalf("wait for %s: %v (at %s)", expression, err, eval[string](b, "location.href"))
		}
	}
}

// quietly fails the test on whatever the console said since the last call.
func (b *browser) quietly(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.messages {
		b.t.Errorf("console at %s: %s", where, m)
	}
	b.messages = nil
}

func (b *browser) scheme(name string) {
	b.t.Helper()
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) scripts(on bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		b.t.Fatal(err)
	}
}

// shot keeps a picture of the whole page in the folder that GATEHOUSE_SHOTS names, else among the test's
// artifacts.
func (b *browser) shot(name string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatalf("screenshot: %v", err)
	}
	dir := os.Getenv("GATEHOUSE_SHOTS")
	if dir == "" {
		dir = b.t.ArtifactDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

var screens = []struct {
	name          string
	width, height int64
}{{"desktop", 1360, 900}, {"phone", 390, 844}}

// TestBrowserPages looks at every page in light and dark, on a desk and on a phone.
func TestBrowserPages(t *testing.T) {
	st := seededAt(time.Now().UTC(), 1500)
	b := startBrowser(t, st, Config{})
	masked, denied := "", ""
	for _, d := range st.all {
		if d.Event.SessionID == showpieceID && d.Applied == gatehouse.Redact {
			masked = d.Event.ID
		}
		if d.Event.SessionID == showpieceID && d.Event.Hook == "PreToolUse" && d.Applied == gatehouse.Deny {
			denied = d.Event.ID
		}
	}
	pages := []struct{ name, path string }{
		{"overview", "/"}, {"feed", "/feed"}, {"feed-filtered", "/feed?action=deny&action=ask&from=24h"}, {"feed-none", "/feed?tool=Nothing"},
		{"sessions", "/sessions"}, {"session", "/sessions/" + showpieceID}, {"decision-masked", "/decisions/" + masked}, {"decision-denied", "/decisions/" + denied},
		{"policies", "/policies"},
	}
	for _, s := range screens {
		b.do(chromedp.EmulateViewport(s.width, s.height))
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			for _, p := range pages {
				b.open(p.path)
				where := fmt.Sprintf("%s, %s, %s", p.path, s.name, scheme)
				b.quietly(where)
				if wide := eval[[]string](b, tooWide); len(wide) > 0 {
					t.Errorf("%s is wider than the screen: %s", where, strings.Join(wide, "; "))
				}
				if low := eval[[]string](b, lowContrast); len(low) > 0 {
					t.Errorf("%s: text with too little contrast: %s", where, strings.Join(low, "; "))
				}
				b.shot(p.name + "-" + s.name + "-" + scheme)
			}
		}
	}
	b.do(chromedp.EmulateViewport(1360, 900))
	b.scheme("light")
	// A missing page is an error to the console too, so it is looked at last.
	b.open("/nothing-here")
	b.shot("missing-desktop-light")
}

// tooWide lists the elements that make a page wider than the screen.
const tooWide = `document.documentElement.scrollWidth <= innerWidth ? [] : Array.from(document.querySelectorAll("body *"))
  .filter((el) => el.getBoundingClientRect().right > innerWidth && el.checkVisibility()).slice(0, 6)
  .map((el) => el.tagName + "." + (el.getAttribute("class") || "") + " " + Math.round(el.getBoundingClientRect().right))`

// lowContrast lists the texts of a page whose colour differs from what is behind them by less than 4.5 to 1.
const lowContrast = `(() => {
  const c = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (s) => { c.clearRect(0, 0, 1, 1); c.fillStyle = s; c.fillRect(0, 0, 1, 1); return c.getImageData(0, 0, 1, 1).data; };
  const lum = (p) => { const f = (v) => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }; return .2126 * f(p[0]) + .7152 * f(p[1]) + .0722 * f(p[2]); };
  const behind = (el) => { for (; el; el = el.parentElement) { const p = rgba(getComputedStyle(el).backgroundColor); if (p[3] > 250) return p; } return [255, 255, 255]; };
  const seen = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const el = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !el.checkVisibility({opacityProperty: true, visibilityProperty: true}) || el.closest("svg, dialog, .sr, option, .blank-code")) continue;
    const a = lum(rgba(getComputedStyle(el).color)), b = lum(behind(el));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) seen.add(el.tagName + "." + el.className + " " + ratio.toFixed(2));
  }
  return [...seen].slice(0, 5);
})()`

func TestBrowserFirstSteps(t *testing.T) {
	b := startBrowser(t, &fakeStore{}, Config{HookURL: "http://127.0.0.1:8700/v1/hooks/claude"})
	for _, s := range screens {
		b.do(chromedp.EmulateViewport(s.width, s.height))
		b.open("/")
		b.shot("first-" + s.name + "-light")
		if wide := eval[[]string](b, tooWide); len(wide) > 0 {
			t.Errorf("the first steps are wider than the %s: %s", s.name, strings.Join(wide, "; "))
		}
	}
	b.open("/feed")
	b.open("/sessions")
	b.quietly("the first steps")
}

func TestBrowserKeys(t *testing.T) {
	b := startBrowser(t, seededAt(time.Now().UTC(), 400), Config{})
	b.open("/feed")
	b.do(chromedp.KeyEvent("jj"))
	second := eval[string](b, `document.querySelectorAll("[data-row]")[1].dataset.id`)
	if got := eval[string](b, `document.activeElement.closest("[data-row]").dataset.id`); got != second {
		t.Errorf("after j j the row %q has the focus, want %q", got, second)
	}
	b.do(chromedp.KeyEvent("k"), chromedp.KeyEvent("j"), chromedp.KeyEvent(kb.Enter))
	b.until(`location.pathname === "/decisions/` + second + `"`)
	for _, k := range []struct{ keys, path string }{{"go", "/"}, {"gf", "/feed"}, {"gs", "/sessions"}, {"gp", "/policies"}, {"gf", "/feed"}} {
		b.until(`document.readyState === "complete"`)
		b.do(chromedp.KeyEvent(k.keys))
		b.until(`location.pathname === "` + k.path + `"`)
	}
	b.until(`document.readyState === "complete"`)
	b.do(chromedp.KeyEvent("?"))
	b.until(`document.querySelector("#keys").open`)
	b.shot("keys-desktop-light")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`!document.querySelector("#keys").open`)
	b.do(chromedp.KeyEvent("/"))
	b.until(`document.activeElement.name === "q"`)
	// The protocol types the slash although the page took the key for itself; a keyboard does not.
	b.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.value = ""`))
	b.do(chromedp.KeyEvent("deny tool:Bash"), chromedp.KeyEvent(kb.Enter))
	b.until(`location.search === "?action=deny&tool=Bash" && document.readyState === "complete"`)
	if n := eval[int](b, `document.querySelectorAll("[data-row]").length`); n == 0 {
		t.Error("the typed filter shows no rows, want those of denied Bash calls")
	}
	b.do(chromedp.KeyEvent(kb.Tab))
	if eval[string](b, `document.activeElement.className`) != "skip" {
		t.Error("the first stop of the tab key is not the link that skips to the content")
	}
	b.quietly("the keys")
}

// TestBrowserLive follows the feed: rows come at once to a reader at rest, are offered to one who reads, and
// are caught up on after the connection was lost.
func TestBrowserLive(t *testing.T) {
	st := seededAt(time.Now().UTC(), 200)
	b := startBrowser(t, st, Config{})
	n := 0
	arrive := func() string {
		n++
		d := hostileDecision(fmt.Sprintf("zz%04d", n))
		d.Event.Time = time.Now().UTC()
		st.add(d)
		b.tick.fire()
		return d.Event.ID
	}
	b.open("/feed")
	b.until(`document.querySelector("#live-text").textContent === "live"`)
	top := `document.querySelector("[data-row]").dataset.id`
	first := arrive()
	b.until(top + ` === "` + first + `"`)
	b.do(chromedp.KeyEvent("j"))
	arrive()
	b.until(`document.querySelector("#fresh").textContent === "1 new"`)
	if got := eval[string](b, top); got != first {
		t.Errorf("a row came in while its neighbour was read: the top is %q, want %q", got, first)
	}
	third := arrive()
	b.until(`document.querySelector("#fresh").textContent === "2 new" && document.title.startsWith("(2) ")`)
	b.shot("feed-new-desktop-light")
	b.do(chromedp.KeyEvent("n"))
	b.until(top + ` === "` + third + `" && document.querySelector("#fresh").hidden`)
	b.do(chromedp.Click("#live-pause"))
	b.until(`document.querySelector("#live-text").textContent === "paused"`)
	fourth := arrive()
	b.do(chromedp.Click("#live-pause"), chromedp.Evaluate[chromedp.Void]("document.activeElement.blur()"))
	b.until(top + ` === "` + fourth + `"`)
	b.quietly("the live feed")

	b.down.Store(true)
	b.srv.CloseClientConnections()
	b.until(`document.querySelector("#live").classList.contains("lost")`)
	b.shot("feed-lost-desktop-light")
	fifth := arrive()
	b.down.Store(false)
	b.until(top + ` === "` + fifth + `" && document.querySelector("#live-text").textContent === "live"`)
	if eval[bool](b, `"alerted" in window || document.querySelector("#rows script, #rows img") !== null`) {
		t.Error("markup from an event became part of the page")
	}
}

// TestBrowserWithoutScript uses the dashboard with scripts turned off.
func TestBrowserWithoutScript(t *testing.T) {
	b := startBrowser(t, seededAt(time.Now().UTC(), 400), Config{})
	b.scripts(false)
	b.open("/feed")
	if eval[bool](b, `document.documentElement.classList.contains("scripted")`) {
		t.Fatal("the page's script ran")
	}
	if eval[bool](b, `document.querySelector("#live").checkVisibility()`) {
		t.Error("the live display shows although nothing is live")
	}
	b.do(chromedp.Click(".pill.deny"), chromedp.Click(".filters .button.main"), chromedp.WaitVisible(".chips"))
	if got := eval[string](b, "location.search"); got != "?action=deny" {
		t.Errorf("the filter form leads to %q, want %q", got, "?action=deny")
	}
	b.do(chromedp.Click(".chip"), chromedp.WaitNotPresent(".chips"))
	b.do(chromedp.Click(`.themes button[value="dark"]`), chromedp.WaitReady(`[data-theme="dark"] footer`))
	if got := eval[string](b, "location.pathname"); got != "/feed" {
		t.Errorf("after the theme was chosen the page is %q, want /feed", got)
	}
	b.shot("noscript-feed-desktop-dark")
	b.do(chromedp.Click(".row-link"), chromedp.WaitVisible(".outcome"))
	b.open("/")
	b.do(chromedp.Click(".card.t-deny"), chromedp.WaitVisible("table.feed"))
	b.open("/sessions/" + showpieceID)
	b.do(chromedp.Click(".peek summary"))
	b.quietly("pages without script")
}

// TestBrowserLogin signs in and out.
func TestBrowserLogin(t *testing.T) {
	b := startBrowser(t, seededAt(time.Now().UTC(), 100), Config{Auth: newFakeAuth()})
	b.open("/feed?action=deny")
	b.until(`location.pathname === "/login"`)
	b.shot("login-desktop-light")
	b.do(chromedp.SendKeys("#key", testKey+kb.Enter))
	b.until(`location.pathname + location.search === "/feed?action=deny"`)
	if got := eval[string](b, "document.cookie"); got != "" {
		t.Errorf("scripts read the cookie %q, want none", got)
	}
	b.quietly("signing in")
	b.until(`document.querySelector("#live-text").textContent === "live"`)
	b.do(chromedp.Click(`form[action="/logout"] button`), chromedp.WaitVisible("#key"))
	b.open("/sessions")
	b.until(`location.pathname === "/login"`)
	b.quietly("signing out")
}
