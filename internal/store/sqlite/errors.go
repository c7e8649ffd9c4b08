package sqlite

import (
	"context"
	"errors"
	"fmt"

	sqlite3 "modernc.org/sqlite/lib"

	"modernc.org/sqlite"

	"gatehouse.dev"
)

var errClosed = &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: "store is closed"}

// wrap says what was being done when err came and gives it a code: what the database, the disk or the
// file system refuses is unavailable, as it may work later. Codes and ends of contexts pass as they are.
func wrap(err error, doing string) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*gatehouse.Error](err); ok || ended(err) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_CONSTRAINT {
		return &gatehouse.Error{Code: gatehouse.CodeInternal, Text: doing, Err: err}
	}
	return &gatehouse.Error{Code: gatehouse.CodeUnavailable, Text: doing, Err: err}
}

func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// interrupted gives the context's error for what the database says when a context ended under it.
func interrupted(ctx context.Context, err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code()&0xff == sqlite3.SQLITE_INTERRUPT && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func invalid(format string, args ...any) error {
	return &gatehouse.Error{Code: gatehouse.CodeInvalid, Text: fmt.Sprintf(format, args...)}
}

func notFound(what string) error {
	return &gatehouse.Error{Code: gatehouse.CodeNotFound, Text: what + " not found"}
}
