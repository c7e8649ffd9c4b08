package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse.dev"
)

// Defaults of [Config].
const (
	DefaultURL      = "http://127.0.0.1:8700"
	DefaultTimeout  = 5 * time.Second
	DefaultMaxReply = 64 << 20
)

// Config says where the server is and how to call it. The zero value calls a server on this machine.
type Config struct {
	// URL is the server's base URL, http or https, without user, query or fragment. Empty means [DefaultURL].
	URL string
	// Token is sent as "Bearer <token>", or as it is where it names a scheme itself; empty sends none.
	Token gatehouse.Redacted
	// Timeout bounds one call, from connecting to the last byte; zero means [DefaultTimeout].
	Timeout time.Duration
	// MaxReplyBytes bounds an answer; zero means [DefaultMaxReply]. A masked result is as long as what was sent.
	MaxReplyBytes int64
	// HTTP replaces the client's own transport, for proxies, private roots and tests. Its redirect policy
	// and its timeout have no effect. Nil means a transport that is kept for this Client.
	HTTP *http.Client
}

// Client is a client of one server, safe for concurrent use.
type Client struct {
	base     string
	auth     gatehouse.Redacted
	timeout  time.Duration
	maxReply int64
	http     *http.Client
}

// New returns a client of the server that cfg names. It does not call it. An error has code invalid.
func New(cfg Config) (*Client, error) {
	base, err := baseURL(cfg.URL)
	if err != nil {
		return nil, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "read server URL", Err: err}
	}
	c := &Client{base: base, timeout: cfg.Timeout, maxReply: cfg.MaxReplyBytes, auth: authorization(cfg.Token)}
	if strings.ContainsFunc(string(c.auth), isControl) {
		return nil, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "read token: it holds a line break or control character"}
	}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.maxReply <= 0 {
		c.maxReply = DefaultMaxReply
	}
	transport := http.RoundTripper(nil)
	var jar http.CookieJar
	if cfg.HTTP != nil {
		transport, jar = cfg.HTTP.Transport, cfg.HTTP.Jar
	} else {
		transport = newTransport()
	}
	c.http = &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return c, nil
}

// Close ends the idle connections. Calls under way are not disturbed.
func (c *Client) Close() { c.http.CloseIdleConnections() }

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment, // never for loopback
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// baseURL checks s and returns it without its trailing slash. Errors do not repeat s: it may hold a password.
func baseURL(s string) (string, error) {
	if s == "" {
		return DefaultURL, nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", errors.New("not a URL")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("want http:// or https://")
	case u.Hostname() == "":
		return "", errors.New("no host")
	case u.User != nil:
		return "", errors.New("credentials do not belong in it: set a token")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("query and fragment do not belong in it")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func authorization(token gatehouse.Redacted) gatehouse.Redacted {
	t := gatehouse.Redacted(strings.TrimSpace(string(token)))
	if t == "" || strings.Contains(string(t), " ") {
		return t
	}
	return "Bearer " + t
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// answer is a server's answer with status 200.
type answer struct {
	header http.Header
	body   []byte
}

// post sends body and returns the answer, or an error with a code.
func (c *Client) post(ctx context.Context, path string, header http.Header, body []byte) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: "make request: not a valid URL"}
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	// An entry without a value marks the request as one to repeat where the server closed an idle
	// connection before reading it, and is not sent.
	req.Header["Idempotency-Key"] = []string{}
	if c.auth != "" {
		req.Header.Set("Authorization", string(c.auth))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, c.unavailable(ctx, err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(io.LimitReader(resp.Body, c.maxReply+1))
	if resp.StatusCode != http.StatusOK {
		return answer{}, statusError(resp.StatusCode, got)
	}
	if err != nil {
		return answer{}, c.unavailable(ctx, err)
	}
	if int64(len(got)) > c.maxReply {
		return answer{}, unavailablef("read answer: longer than %d bytes", c.maxReply)
	}
	return answer{resp.Header, got}, nil
}

// unavailable returns the error for a call that did not come to an answer.
func (c *Client) unavailable(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return unavailablef("call server: no answer within %v", c.timeout)
	}
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err // without the URL, which only repeats the setting
	}
	return &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "call server", Err: err}
}

func unavailablef(format string, args ...any) error {
	return &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: fmt.Sprintf(format, args...)}
}
