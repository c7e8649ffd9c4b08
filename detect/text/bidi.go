package text

import (
	"strings"
	"unicode/utf8"

	"gatehouse.dev"
)

func isBidi(r rune) bool {
	return r == 0x200e || r == 0x200f || r == 0x61c || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

// bidi reports a control that changes the order in which text is shown, unless its line has right-to-left
// letters to order. An override turns plain text around and is reported everywhere: it makes code, file names
// and links read as what they are not (CVE-2021-42574).
func (in *inspector) bidi(r rune, i, n int) {
	switch {
	case r == 0x202d, r == 0x202e:
		in.add(kindBidiOverride, i, i+n, gatehouse.High, 0.95, "bidirectional override: shown in another order than read")
	case in.rightToLeft(i):
	case r == 0x202a, r == 0x202b, r == 0x2066, r == 0x2067:
		in.add(kindBidiControl, i, i+n, gatehouse.Medium, 0.8, "bidirectional control without right-to-left text")
	case r == 0x200e, r == 0x200f, r == 0x61c, r == 0x2068, r == 0x2069:
		in.add(kindBidiControl, i, i+n, gatehouse.Low, 0.5, "bidirectional mark without right-to-left text")
	}
}

// lineReach is how far around a control its line is looked at, in bytes each way.
const lineReach = 512

// rightToLeft says whether the line around i has a right-to-left letter. The answer serves the next stretch
// of the line too, so that a text of nothing but marks is not read a hundred times.
func (in *inspector) rightToLeft(i int) bool {
	if i >= in.lineTo {
		in.line, in.lineTo = in.lookAround(i)
	}
	return in.line
}

// lookAround also returns up to where the answer serves.
func (in *inspector) lookAround(i int) (found bool, until int) {
	from, to := max(0, i-lineReach), min(len(in.s), i+lineReach)
	if j := strings.LastIndexByte(in.s[from:i], '\n'); j >= 0 {
		from += j + 1
	}
	if j := strings.IndexByte(in.s[i:to], '\n'); j >= 0 {
		to = i + j
	}
	until = min(to, i+lineReach/2)
	for _, r := range in.s[from:to] {
		if 0x590 <= r && r <= 0x8ff && r != 0x61c || 0xfb1d <= r && r <= 0xfdff || 0xfe70 <= r && r <= 0xfefc ||
			0x10800 <= r && r <= 0x10fff || 0x1e800 <= r && r <= 0x1efff {
			return true, until
		}
	}
	return false, until
}

// escapeReach bounds a terminal escape, in bytes.
const escapeReach = 4096

// control looks at the control character at i and returns where to go on.
func (in *inspector) control(i int) int {
	switch c := in.s[i]; c {
	case 0x1b:
		return in.escape(i, 1)
	case 0x08:
		in.add(kindControl, i, i+1, gatehouse.Low, 0.7, "backspace: a terminal shows other text than is read")
	case 0x07, 0x0b, 0x0c: // bell, tabulation and form feed occur in plain files
	default:
		end := i
		for end < len(in.s) && in.s[end] == c {
			end++
		}
		in.add(kindControl, i, end, gatehouse.Low, 0.6, "control character")
		return end
	}
	return i + 1
}

// escape looks at the terminal escape that starts at i with an introducer of n bytes. Colours and cursor
// moves are what tools write all day.
func (in *inspector) escape(i, n int) int {
	intro, _ := utf8.DecodeRuneInString(in.s[i:])
	body := i + n
	var form byte
	switch {
	case intro == 0x1b && body < len(in.s):
		form = in.s[body]
		body++
	case intro == 0x9b:
		form = '['
	case intro == 0x9d:
		form = ']'
	case intro == 0x90:
		form = 'P'
	case intro == 0x9f:
		form = '_'
	}
	switch form {
	case '[':
		return in.csi(i, body)
	case ']':
		end := in.stringEnd(body)
		sev, detail := osc(in.s[body:end])
		in.add(kindEscape, i, end, sev, 0.9, detail)
		return end
	case 'P', '_', '^', 'X':
		end := in.stringEnd(body)
		in.add(kindEscape, i, end, gatehouse.Medium, 0.8, "terminal escape with a device or program string")
		return end
	case 'c':
		in.add(kindEscape, i, body, gatehouse.Low, 0.7, "terminal escape: reset")
	case 0:
		in.add(kindEscape, i, i+n, gatehouse.Low, 0.5, "escape character at the end")
		return i + n
	}
	return body
}

// csi looks at a control sequence: parameters from body, one final byte.
func (in *inspector) csi(i, body int) int {
	end := body
	for end < len(in.s) && end-body < 64 && 0x20 <= in.s[end] && in.s[end] <= 0x3f {
		end++
	}
	if end == len(in.s) {
		return end
	}
	final, args := in.s[end], in.s[body:end]
	end++
	switch {
	case final == 'm' && hasArg(args, "8"):
		in.add(kindEscape, i, end, gatehouse.High, 0.9, "terminal escape: concealed text")
	case final == 'n' || final == 'c' && args != "" || final == 't' && args != "":
		in.add(kindEscape, i, end, gatehouse.Medium, 0.8, "terminal escape: makes the terminal type an answer or change its window")
	case final == 'J' && hasArg(args, "3"):
		in.add(kindEscape, i, end, gatehouse.Low, 0.6, "terminal escape: clears what was shown before")
	case final >= 0x80 || final < 0x40:
		return end - 1
	}
	return end
}

// hasArg says whether one of the parameters of a control sequence is arg. Those of an extended colour (38;5;8)
// are not.
func hasArg(args, arg string) bool {
	if strings.Contains(args, "8;5;") || strings.Contains(args, "8;2;") {
		return false
	}
	for a := range strings.SplitSeq(args, ";") {
		if a == arg {
			return true
		}
	}
	return false
}

// stringEnd returns the end of the command string at i: after BEL or ST, or where it can no longer be one.
func (in *inspector) stringEnd(i int) int {
	stop := min(len(in.s), i+escapeReach)
	for ; i < stop; i++ {
		switch {
		case in.s[i] == 0x07:
			return i + 1
		case in.s[i] == 0x1b && i+1 < len(in.s) && in.s[i+1] == '\\', in.s[i] == 0xc2 && i+1 < len(in.s) && in.s[i+1] == 0x9c:
			return i + 2
		case in.s[i] == '\n':
			return i
		}
	}
	return stop
}

// osc says how bad an operating system command is.
func osc(s string) (gatehouse.Severity, string) {
	number, _, _ := strings.Cut(s, ";")
	switch number {
	case "52":
		return gatehouse.High, "terminal escape: writes the clipboard"
	case "8":
		return gatehouse.Low, "terminal escape: hyperlink"
	case "0", "1", "2":
		return gatehouse.Low, "terminal escape: window title"
	case "133", "633", "7", "9", "777":
		return gatehouse.Info, "terminal escape: shell integration"
	}
	return gatehouse.Medium, "terminal escape: operating system command"
}
