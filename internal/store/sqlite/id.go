package sqlite

import "github.com/google/uuid"

// dateOfID reads the day out of a UUIDv7; other IDs do not tell theirs.
func dateOfID(id string) (int64, bool) {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return 0, false
	}
	var ms int64
	for _, b := range u[:6] {
		ms = ms<<8 | int64(b)
	}
	return dateOf(ms * 1000), true
}
