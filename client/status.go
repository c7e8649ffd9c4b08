package client

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"gatehouse.dev"
)

const maxErrorText = 200

// codes are the words that the native API uses for errors.
var codes = []gatehouse.Code{
	gatehouse.CodeInvalid, gatehouse.CodeUnauthorized, gatehouse.CodeForbidden, gatehouse.CodeNotFound,
	gatehouse.CodeConflict, gatehouse.CodeTooLarge, gatehouse.CodeRateLimited, gatehouse.CodeUnavailable,
	gatehouse.CodeInternal,
}

// statusError returns the error that an answer other than 200 tells of: the server's own code and text
// where body is an error of the native API, else what the status says.
func statusError(status int, body []byte) error {
	var native struct {
		Error struct {
			Code    gatehouse.Code `json:"code"`
			Message string         `json:"message"`
		} `json:"error"`
	}
	text := fmt.Sprintf("server answered %d %s", status, http.StatusText(status))
	if json.Unmarshal(body, &native) == nil && slices.Contains(codes, native.Error.Code) {
		if m := printable(native.Error.Message); m != "" {
			text += ": " + m
		}
		return &gatehouse.Error{Code: native.Error.Code, Text: text}
	}
	return &gatehouse.Error{Code: codeOf(status), Text: text}
}

func codeOf(status int) gatehouse.Code {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return gatehouse.CodeInvalid
	case http.StatusUnauthorized:
		return gatehouse.CodeUnauthorized
	case http.StatusForbidden:
		return gatehouse.CodeForbidden
	case http.StatusNotFound:
		return gatehouse.CodeNotFound
	case http.StatusRequestEntityTooLarge:
		return gatehouse.CodeTooLarge
	case http.StatusTooManyRequests:
		return gatehouse.CodeRateLimited
	}
	return gatehouse.CodeUnavailable
}

// printable returns at most maxErrorText bytes of s without control characters.
func printable(s string) string {
	if len(s) > maxErrorText {
		s = s[:maxErrorText]
	}
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
