package secret

import "strings"

// weakWords are in values beside the name of a secret that are settings, types or examples.
var weakWords = []string{
	"my_", "my-", "password", "passwd", "secret", "string", "fake", "sample", "todo", "getenv", "process.env",
	"required", "optional", "undefined", "function", "enter_", "test123", "123456", "1234abcd", "abc123", "qwerty", "foobar", "p@ssw0rd", "passw0rd",
	"localhost", "http://", "https://",
}

// passwordLike says that s, the value of something called a password, is likely one.
func passwordLike(s string, quoted bool) bool {
	if len(s) < 6 || len(s) > 128 || placeholder(s) || hasAny(s, " \t") {
		return false
	}
	for _, w := range weakWords {
		if containsFold(s, w) {
			return false
		}
	}
	kinds := classes(s)
	if reference(s) || kinds&(1<<2) == 0 && (!quoted || kinds&(1<<3) == 0 || wordsOnly(s)) {
		return false // without a digit it is a name, unless quoted and with other signs
	}
	return kinds&(kinds-1) != 0 && kinds&3 != 0
}

// keyLike says that s, the value of something called a key, token or secret, is likely one.
func keyLike(s string) bool {
	if len(s) < 16 || len(s) > 256 || !all(s, keyChars) || placeholder(s) || reference(s) {
		return false
	}
	kinds := classes(s)
	if kinds&(1<<2) == 0 || kinds&3 == 0 {
		return false
	}
	bits := 3.5
	if all(s, anyHex) || len(s) < 20 {
		bits = 3
	}
	return entropy(s) >= bits && changes(s)*5 >= len(s) && !wordy(s)
}

var keyChars = chars("0-9A-Za-z+/=_.~-")

// reference says that s names where a value comes from: a variable, a path, a member of an object.
func reference(s string) bool {
	switch s[0] {
	case '$', '/', '.', '~', '@', '#', '*', '%', '&', '{', '[', '(', '!':
		return true
	}
	if strings.Contains(s, "://") || strings.HasPrefix(s, "arn:") {
		return true
	}
	dot := strings.IndexByte(s, '.')
	return dot > 0 && dot < len(s)-1 && all(s, nameChars) && letters[s[0]] && letters[s[dot+1]] && changes(s)*4 < len(s)
}

var nameChars = chars("0-9A-Za-z_.-")

// wordsOnly says that s is letters, perhaps with the signs that join words.
func wordsOnly(s string) bool {
	for i := range len(s) {
		if !letters[s[i]] && strings.IndexByte("_-./: ", s[i]) < 0 {
			return false
		}
	}
	return true
}

// wordy says that s holds stretches of lower-case letters long enough to be words: two of five letters, or
// one of nine. Random base62 has them once in some thousand keys.
func wordy(s string) bool {
	long, n := 0, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && 'a' <= s[i] && s[i] <= 'z' {
			n++
			continue
		}
		if n >= 9 {
			return true
		}
		if n >= 5 {
			long++
		}
		n = 0
	}
	return long >= 2
}

func hasAny(s, set string) bool { return strings.ContainsAny(s, set) }
