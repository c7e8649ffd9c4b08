package httpapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"gatehouse.dev"
)

// status maps an error code to an HTTP status.
func status(code gatehouse.Code) int {
	switch code {
	case gatehouse.CodeInvalid:
		return http.StatusBadRequest
	case gatehouse.CodeUnauthorized:
		return http.StatusUnauthorized
	case gatehouse.CodeForbidden:
		return http.StatusForbidden
	case gatehouse.CodeNotFound:
		return http.StatusNotFound
	case gatehouse.CodeConflict:
		return http.StatusConflict
	case gatehouse.CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case gatehouse.CodeRateLimited:
		return http.StatusTooManyRequests
	case gatehouse.CodeUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// errorBody is the JSON form of an error.
type errorBody struct {
	Error errorText `json:"error"`
}

type errorText struct {
	Code    gatehouse.Code `json:"code"`
	Message string         `json:"message"`
}

// fail answers with err. What has no code is logged, and the caller is told no more than that.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.DeadlineExceeded) {
		err = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "the answer took too long", Err: err}
	}
	code, text := gatehouse.ErrorCode(err), "internal error; the server's log has the cause"
	if e, ok := errors.AsType[*gatehouse.Error](err); ok {
		text = e.Text
	}
	if code == gatehouse.CodeInternal {
		a.cfg.Logger.LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("route", r.Pattern), slog.Any("error", err))
	}
	if code == gatehouse.CodeUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="gatehouse"`)
	}
	a.write(w, status(code), errorBody{errorText{code, text}})
}

// write answers with v as JSON.
func (a *API) write(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	if err != nil {
		a.cfg.Logger.Error("encode reply", "error", err)
		http.Error(w, `{"error":{"code":"internal","message":"internal error"}}`, http.StatusInternalServerError)
		return
	}
	writeBody(w, status, body)
}

// writeBody answers with ready JSON.
func writeBody(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone; nobody is left to tell
}
