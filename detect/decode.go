package detect

import (
	"unicode/utf16"
	"unicode/utf8"
)

// appendHex appends s decoded, passing over line breaks, up to the first character that is no digit.
func appendHex(dst []byte, s string) []byte {
	half, have := byte(0), false
	for i := range len(s) {
		d := hexDigit[s[i]]
		switch {
		case d == 0xff && (s[i] == '\n' || s[i] == '\r' || s[i] == ' ' || s[i] == '\t'):
		case d == 0xff:
			return dst
		case have:
			dst = append(dst, half<<4|d)
			have = false
		default:
			half, have = d, true
		}
	}
	return dst
}

// appendBase64 appends s decoded, in either alphabet, passing over line breaks. A last character that gives
// no byte is left out.
func appendBase64(dst []byte, s string) []byte {
	var v uint32
	n := 0
	for i := range len(s) {
		d := base64Digit[s[i]]
		if d == 0xff {
			continue
		}
		v = v<<6 | uint32(d)
		if n++; n == 4 {
			dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
			v, n = 0, 0
		}
	}
	switch n {
	case 2:
		dst = append(dst, byte(v>>4))
	case 3:
		dst = append(dst, byte(v>>10), byte(v>>2))
	}
	return dst
}

// bytesKind is what decoded bytes seem to be.
type bytesKind uint8

const (
	bytesBinary bytesKind = iota
	bytesText
	bytesUTF16
	bytesGzip
	bytesZlib
)

// kindOf judges a sample: text is nearly all printable, and all of it where the sample is short.
func kindOf(b []byte) bytesKind {
	if len(b) < 6 {
		return bytesBinary
	}
	switch {
	case b[0] == 0x1f && b[1] == 0x8b && b[2] == 8:
		return bytesGzip
	case b[0] == 0x78 && (b[1] == 0x01 || b[1] == 0x5e || b[1] == 0x9c || b[1] == 0xda):
		return bytesZlib
	}
	odd, zeros := 0, 0
	for i := 0; i < len(b) && odd <= 1+len(b)/12; {
		if c := b[i]; 0x20 <= c && c < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		switch {
		case b[i] == 0 && i%2 == 1:
			zeros++
		case r < 0x20 && r != '\n' && r != '\t' && r != '\r', r == 0x7f:
			odd++
		case r == utf8.RuneError && n == 1 && utf8.FullRune(b[i:]):
			odd++
		}
		i += n
	}
	switch {
	case zeros >= len(b)/2-1-len(b)/16 && odd <= len(b)/16:
		return bytesUTF16
	case zeros == 0 && (odd == 0 || len(b) > 24 && odd <= len(b)/12):
		return bytesText
	}
	return bytesBinary
}

func fromUTF16(dst, b []byte) []byte {
	for i := 0; i+1 < len(b); i += 2 {
		r := rune(b[i]) | rune(b[i+1])<<8
		if utf16.IsSurrogate(r) && i+3 < len(b) {
			if pair := utf16.DecodeRune(r, rune(b[i+2])|rune(b[i+3])<<8); pair != utf8.RuneError {
				r = pair
				i += 2
			}
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}
