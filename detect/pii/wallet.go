package pii

import (
	"bytes"
	"crypto/sha256"
	"strings"
)

// wallet says whose address token is, if its checksum holds.
func wallet(token string) (id, detail string, ok bool) {
	switch n := len(token); {
	case token[0] == '0' && n == 42 && token[1] == 'x':
		return "pii/ethereum-address", "Ethereum address", ethereum(token[2:])
	case (token[0] == '1' || token[0] == '3') && n <= 35:
		return "pii/bitcoin-address", "Bitcoin address", base58Check(token, 0x00, 0x05)
	case token[0] == 'T' && n == 34:
		return "pii/tron-address", "TRON address", base58Check(token, 0x41, 0x41)
	case strings.HasPrefix(token, "bc1") || strings.HasPrefix(token, "BC1"):
		return "pii/bitcoin-address", "Bitcoin address", segwit(token)
	}
	return "", "", false
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58Check says that s is a version byte, which is one of the two, 20 bytes and their checksum.
func base58Check(s string, version1, version2 byte) bool {
	var out [25]byte
	for i := range len(s) {
		carry := strings.IndexByte(base58Alphabet, s[i])
		if carry < 0 {
			return false
		}
		for k := len(out) - 1; k >= 0; k-- {
			carry += 58 * int(out[k])
			out[k] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return false
		}
	}
	if out[0] != version1 && out[0] != version2 {
		return false
	}
	sum := sha256.Sum256(out[:21])
	sum = sha256.Sum256(sum[:])
	return bytes.Equal(sum[:4], out[21:])
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// segwit checks an address of BIP 173 or BIP 350.
func segwit(s string) bool {
	if n := len(s); n < 14 || n > 74 || s != strings.ToLower(s) && s != strings.ToUpper(s) {
		return false
	}
	// The human-readable part "bc", expanded.
	chk := uint32(1)
	for _, v := range []byte{3, 3, 0, 2, 3} {
		chk = bech32Step(chk, v)
	}
	version := -1
	for i := 3; i < len(s); i++ {
		c := s[i]
		if upper[c] {
			c |= 0x20
		}
		v := strings.IndexByte(bech32Alphabet, c)
		if v < 0 {
			return false
		}
		if version < 0 {
			version = v
		}
		chk = bech32Step(chk, byte(v))
	}
	if version == 0 {
		return chk == 1
	}
	return chk == 0x2bc830a3
}

func bech32Step(chk uint32, v byte) uint32 {
	top := chk >> 25
	chk = (chk&0x1ffffff)<<5 ^ uint32(v)
	for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
		if top>>i&1 == 1 {
			chk ^= g
		}
	}
	return chk
}

// ethereum checks the capitals of ERC-55. Addresses of one case have no checksum and are told from other
// hexadecimal numbers of 20 bytes by their 0x alone.
func ethereum(s string) bool {
	var low [40]byte
	cases, varied := 0, false
	for i := range len(s) {
		c := s[i]
		if !hex[c] {
			return false
		}
		varied = varied || c != s[0]
		if alpha[c] {
			if upper[c] {
				cases |= 1
				c |= 0x20
			} else {
				cases |= 2
			}
		}
		low[i] = c
	}
	if cases != 3 {
		return varied
	}
	sum := keccak256(low[:])
	for i := range len(s) {
		nibble := sum[i/2] >> (4 * (1 - i%2)) & 15
		if alpha[s[i]] && upper[s[i]] != (nibble >= 8) {
			return false
		}
	}
	return true
}
