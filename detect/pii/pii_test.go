package pii

import (
	"context"
	"strings"
	"testing"

	"gatehouse.dev"
	"gatehouse.dev/detect"
	"gatehouse.dev/detect/detecttest"
	"gatehouse.dev/detect/scan"
	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

func TestRules(t *testing.T) { detecttest.Check(t, Suite()) }

func run(t testing.TB, content any) []gatehouse.Finding {
	t.Helper()
	r, err := detect.New(detect.Config{}, Suite())
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return r.Run(context.Background(), &gatehouse.Event{Kind: gatehouse.KindToolResult, Content: b}).Findings
}

// found returns "id span" of what is found in text.
func found(t testing.TB, text string) (got []string) {
	t.Helper()
	for _, f := range run(t, map[string]any{"stdout": text}) {
		got = append(got, f.Detector+" "+text[f.Start:f.End])
	}
	return got
}

// TestDetect has for each kind a text with it, and texts one detail away. The numbers are the examples that
// issuers and standards publish.
func TestDetect(t *testing.T) {
	for _, c := range []struct {
		id, find, span string
		pass           []string
	}{
		{"payment-card", "pay with 4111 1111 1111 1111 now", "4111 1111 1111 1111", []string{
			"pay with 4111 1111 1111 1112 now", "pay with 4111 1111 1111 1111 1111 now", "9111 1111 1111 1111", "id-4111-1111-1111-1111", "0.4111111111111111",
		}},
		{"payment-card", "5555555555554444", "5555555555554444", []string{"5555555555554445", "/items/5555555555554444", "a5555555555554444", "0000000000000000"}},
		{"payment-card", "amex 3782-822463-10005.", "3782-822463-10005", []string{"amex 3782-822463-10006"}},
		{"payment-card", "card: 4222222222222", "4222222222222", []string{"at 4222222222222"}},
		{"iban", "to GB29 NWBK 6016 1331 9268 19, please", "GB29 NWBK 6016 1331 9268 19", []string{"to GB29 NWBK 6016 1331 9268 18, please", "XX29NWBK60161331926819"}},
		{"iban", "DE89370400440532013000", "DE89370400440532013000", []string{"DE8937040044053201300", "DE89370400440532013001", "de89370400440532013000"}},
		{"us-ssn", "536-22-1234 is it", "536-22-1234", []string{"000-22-1234", "666-22-1234", "536-00-1234", "536-22-0000", "078-05-1120", "536-22-12345", "536.22.1234", "1-536-22-1234"}},
		{"us-ssn", "SSN 536221234", "536221234", []string{"536221234", "lesson 536221234"}},
		{"us-ssn", "My social security number is 123-45-6789", "123-45-6789", []string{"call 123-45-6789"}},
		{"us-itin", "900-70-1234", "900-70-1234", []string{"900-69-1234"}},
		{"us-routing-number", "routing number 021000021", "021000021", []string{"routing number 021000022", "number 021000021"}},
		{"ca-sin", "SIN: 130 692 544", "130 692 544", []string{"SIN: 130 692 545", "130 692 544"}},
		{"au-tfn", "TFN 123 456 782", "123 456 782", []string{"TFN 123 456 783", "123 456 782"}},
		{"uk-nhs", "NHS number 943 476 5919", "943 476 5919", []string{"NHS number 943 476 5918"}},
		{"uk-nino", "AB123457C", "AB123457C", []string{"DB123457C", "AB123457E", "AB1234567"}},
		{"uk-nino", "NI number AB 12 34 57 C.", "AB 12 34 57 C", []string{"NI number AB 12 34 57 E."}},
		{"br-cpf", "529.982.247-25", "529.982.247-25", []string{"529.982.247-26", "111.111.111-11"}},
		{"br-cpf", "CPF 52998224725", "52998224725", []string{"52998224725"}},
		{"br-cnpj", "11.222.333/0001-81", "11.222.333/0001-81", []string{"11.222.333/0001-82"}},
		{"in-aadhaar", "Aadhaar 2341 2341 2346", "2341 2341 2346", []string{"Aadhaar 2341 2341 2347", "2341 2341 2346"}},
		{"in-pan", "PAN: ABCPE1234F", "ABCPE1234F", []string{"ABCPE1234F", "PAN: ABCDE1234F"}},
		{"pl-pesel", "PESEL 44051401359", "44051401359", []string{"PESEL 44051401358", "44051401359"}},
		{"se-personnummer", "personnummer 811218-9876", "811218-9876", []string{"personnummer 811218-9875", "811218-9876", "personnummer 811318-9873"}},
		{"se-personnummer", "19811218-9876", "19811218-9876", []string{"19811218-9877"}},
		{"dk-cpr", "CPR 211062-5629", "211062-5629", []string{"CPR 411362-5629", "211062-5629"}},
		{"fi-hetu", "131052-308T", "131052-308T", []string{"131052-308U", "131352-308T"}},
		{"fi-hetu", "131052A308T", "131052A308T", []string{"131052G308T"}},
		{"fr-nir", "2 55 08 14 168 025 38", "2 55 08 14 168 025 38", []string{"2 55 08 14 168 025 39"}},
		{"fr-nir", "255081416802538", "255081416802538", []string{"255081416802539"}},
		{"de-steuer-id", "Steuer-ID 86095742719", "86095742719", []string{"Steuer-ID 86095742718", "86095742719"}},
		{"nl-bsn", "BSN 111222333", "111222333", []string{"BSN 111222334", "111222333"}},
		{"be-national-number", "85.07.30-033.28", "", []string{"85.07.30-033.29"}},
		{"ch-ahv", "756.9217.0769.85", "756.9217.0769.85", []string{"756.9217.0769.84"}},
		{"cn-id", "11010519491231002X", "11010519491231002X", []string{"110105194912310021", "11010519491331002X"}},
		{"kr-rrn", "900101-1234568", "900101-1234568", []string{"901301-1234568", "900101-9234568"}},
		{"jp-my-number", "My number: 123456789018", "123456789018", []string{"My number: 123456789017", "123456789018"}},
		{"za-id", "ID number 8001015009087", "8001015009087", []string{"ID number 8001015009088", "8001015009087"}},
		{"tr-tckn", "TC kimlik 10000000146", "10000000146", []string{"TC kimlik 10000000147"}},
		{"pt-nif", "NIF 123456789", "123456789", []string{"NIF 123456788", "123456789"}},
		{"cl-rut", "12.345.678-5", "12.345.678-5", []string{"12.345.678-6"}},
		{"ar-cuit", "20-12345678-6", "20-12345678-6", []string{"20-12345678-7", "21-12345678-6"}},
		{"ro-cnp", "CNP 1800101221144", "1800101221144", []string{"CNP 1800101221145"}},
		{"es-dni", "12345678Z", "12345678Z", []string{"12345678A", "12345678ZZ"}},
		{"es-dni", "DNI 12345678-Z", "12345678-Z", []string{"DNI 12345678-A"}},
		{"es-nie", "X1234567L", "X1234567L", []string{"X1234567M", "W1234567L"}},
		{"it-codice-fiscale", "RSSMRA85T10A562S", "RSSMRA85T10A562S", []string{"RSSMRA85T10A562T"}},
		{"sg-nric", "S1234567D", "S1234567D", []string{"S1234567E"}},
		{"mx-curp", "HEGG560427MVZRRL04", "HEGG560427MVZRRL04", []string{"HEGG560427MVZRRL05"}},
		{"us-mbi", "Medicare 1EG4TE5MK73", "1EG4TE5MK73", []string{"Medicare 1SG4TE5MK73", "1EG4TE5MK73"}},
		{"vin", "VIN 1HGCM82633A004352", "1HGCM82633A004352", []string{"VIN 1HGCM82633A004353", "1HGCM82633A004352"}},

		{"email", "write to jane.doe@northwind.co.uk.", "jane.doe@northwind.co.uk", []string{
			"write to jane.doe@example.com.", "logo@2x.png", "git@github.com:a/b.git", "https://bot:pw@git.northwind.com/", "getty@tty1.service",
			"lodash@4.17.21", "@decorator.name", "noreply@northwind.com", "jane@localhost",
		}},
		{"email", "jürgen@müller.de", "jürgen@müller.de", nil},
		{"email", "kim@northwind.com으로", "kim@northwind.com", nil},
		{"phone-number", "call +1 415-555-2671 or", "+1 415-555-2671", []string{"call +1 015-555-2671 or", "2+14155552671", "+12345"}},
		{"phone-number", "+44 20 7946 0018", "+44 20 7946 0018", []string{"+44 20 7946 00"}},
		{"phone-number", "(415) 555-2671", "(415) 555-2671", []string{"(115) 555-2671", "(415) 555-0171"}},
		{"phone-number", "212-736-5000", "212-736-5000", []string{"212.736.5000", "212-736-50001", "abc-212-736-5000"}},
		{"phone-number", "Tel. 040 736 5000", "040 736 5000", []string{"telemetry 040 736 5000", "Tel. 2026-11-20", "phone 555-0100", "the account number is 0407365000"}},
		{"ip-address", "from 86.121.97.248:", "86.121.97.248", []string{"from 10.121.97.248:", "version 86.121.97.248", "127.0.0.1", "192.0.2.7", "86.121.97.256", "1.86.121.97.248", "8.8.8.8"}},
		{"ip-address", "2a02:8108:50bf:c694::1 up", "2a02:8108:50bf:c694::1", []string{"2001:db8::1:2:3 up", "fe80::1", "20:15:30"}},
		{"mac-address", "lladdr 3c:22:fb:4e:91:0a dev", "3c:22:fb:4e:91:0a", []string{"lladdr 3c:22:fb:4e:91 dev", "3c:22:fb:4e:91:0a:bb", "00:00:00:00:00:00", "3c:22:fb:4e:91:0g"}},
		{"bitcoin-address", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", []string{"1BoatSLRHtKNngkdXEeobR76b53LETtpyU"}},
		{"bitcoin-address", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", []string{"bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp"}},
		{"ethereum-address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", []string{
			"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "0x0000000000000000000000000000000000000000", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		}},
	} {
		id := "pii/" + c.id
		for _, text := range []string{c.find, "It says: " + c.find + "\nand goes on", "\"" + c.find + "\""} {
			want := id + " " + c.span
			if c.span == "" {
				want = id + " " + c.find
			}
			got := found(t, text)
			if !contains(got, want) {
				t.Errorf("findings of %q = %q, want %q among them", text, got, want)
			}
		}
		for _, text := range c.pass {
			for _, got := range found(t, text) {
				if strings.HasPrefix(got, id+" ") {
					t.Errorf("findings of %q have %q, want no %s", text, got, id)
				}
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// TestPass holds texts of everyday traffic in which nothing at all is personal.
func TestPass(t *testing.T) {
	for _, text := range []string{
		"2026-11-20T10:12:03.123456Z took 182 ms (1732097523123 / 1732097523)",
		"commit 4a1f0e7b2c9d8e3f60517a2b3c4d5e6f70819293, build 20261120-1015, go1.26.8, v10.2.33.4",
		"uuid 550e8400-e29b-41d4-a716-446655440000 and 00000000-0000-0000-0000-000000000000",
		"total 1,234,567.89 of 9,876,543,210 rows at 0.3141592653589793",
		"-rw-r--r-- 1 root root 1234567890 Nov 22 18:28 a.b.c_1234567890123456.log",
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"listen on 0.0.0.0:8700, 127.0.0.1:5432, [::1]:80, 192.168.1.10/24",
		"order 1234-5678-9012, invoice 2026-000123, ISBN 978-3-16-148410-0",
		"x = 100 200 300 400; y := [12 34 56 78]; 1/2/3; 12:30:45; 3.14.15",
	} {
		if got := found(t, text); len(got) != 0 {
			t.Errorf("findings of %q = %q, want none", text, got)
		}
	}
}

func TestFieldNameIsContext(t *testing.T) {
	for content, want := range map[string][]string{
		`{"ssn":"536221234"}`: {"pii/us-ssn"}, `{"customerSsn":536221234}`: {"pii/us-ssn"}, `{"lesson":"536221234"}`: nil,
		`{"home_phone":"040 736 5000"}`: {"pii/phone-number"},
	} {
		var v map[string]any
		if err := json.Unmarshal([]byte(content), &v); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range run(t, v) {
			got = append(got, f.Detector)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("findings of %s (-want +got):\n%s", content, diff)
		}
	}
}

func TestChecksCatchOneWrongDigit(t *testing.T) {
	for _, c := range []struct {
		name  string
		valid func([]byte) bool
		good  string
	}{
		{"luhn", luhn, "4111111111111111"}, {"verhoeff", verhoeff, "234123412346"}, {"iso11_10", iso11_10, "86095742719"},
		{"ean13", ean13, "7569217076985"}, {"bsn", bsn, "111222333"}, {"cpf", cpf, "52998224725"}, {"nhs", nhs, "9434765919"},
	} {
		if !c.valid([]byte(c.good)) {
			t.Errorf("%s(%s) = false, want true", c.name, c.good)
		}
		for i := range c.good {
			for d := byte('0'); d <= '9'; d++ {
				if b := []byte(c.good); d != b[i] {
					b[i] = d
					if c.valid(b) {
						t.Errorf("%s(%s) = true, want false: one digit of %s is wrong", c.name, b, c.good)
					}
				}
			}
		}
	}
}

func TestKeccak256(t *testing.T) {
	const want = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
	got := keccak256(nil)
	if s := hexString(got[:]); s != want {
		t.Errorf("keccak256(nil) = %s, want %s", s, want)
	}
}

func hexString(b []byte) string {
	var sb strings.Builder
	for _, c := range b {
		sb.WriteByte("0123456789abcdef"[c>>4])
		sb.WriteByte("0123456789abcdef"[c&15])
	}
	return sb.String()
}

// FuzzForms runs every check on any digits: no panic, and no check that accepts everything.
func FuzzForms(f *testing.F) {
	f.Add("4111111111111111")
	f.Add("234123412346")
	f.Fuzz(func(t *testing.T, s string) {
		var d []byte
		for i := range min(len(s), maxDigits) {
			d = append(d, '0'+s[i]%10)
		}
		for _, forms := range byFirst {
			for _, form := range forms {
				if form.shape.total <= len(d) {
					form.valid(d[:form.shape.total])
				}
			}
		}
		for _, lf := range letterForms {
			if lf.length <= len(s) {
				lf.valid(s[:lf.length])
			}
		}
		wallet(s + "1")
	})
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{"4111 1111 1111 1111", "+1 (415) 555-2671", "GB29 NWBK", "a@b.co", "1:2", "3c:22:fb:4e:91:0a", "(415)", "AB 12 34 57 C", "131052-308T"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in := &detect.Input{Event: &gatehouse.Event{}, Texts: []*detect.Text{{Path: "/phone", Raw: s, Norm: s}}}
		if err := newDetector().Detect(t.Context(), in, &detect.Report{}); err != nil {
			t.Errorf("Detect(%q) = %v, want nil", s, err)
		}
	})
}

func sample() string {
	const line = "2026-11-20T10:12:03Z worker-3 fetched https://registry.corp.net/v2/app/manifests/latest in 182 ms, pid 48123, 10.0.3.7:5432, build 4a1f0e7\n"
	return strings.Repeat(line, 2048/len(line)+1)[:2048]
}

const prose = "The quick review of the change found that the tests cover the new path, and that nothing else depends on the order of the two calls. "

func miss(s string) *detect.Input {
	return &detect.Input{Event: &gatehouse.Event{}, Texts: []*detect.Text{{Path: "/stdout", Raw: s, Norm: s}}}
}

func TestMissAllocatesNothing(t *testing.T) {
	for _, s := range []string{sample(), strings.Repeat(prose, 15)} {
		in, d := miss(s), newDetector()
		var report detect.Report
		if n := testing.AllocsPerRun(20, func() { d.Detect(context.Background(), in, &report) }); n != 0 {
			t.Errorf("Detect of %.20q allocates %v times, want 0", s, n)
		}
	}
}

func BenchmarkMiss(b *testing.B) {
	b.Run("floor", func(b *testing.B) {
		s := sample()
		for b.Loop() {
			scan.Floor(s)
		}
	})
	for name, s := range map[string]string{"log": sample(), "prose": strings.Repeat(prose, 16)[:2048], "digits": strings.Repeat("1234 5678 9012 ", 140)[:2048]} {
		b.Run(name, func(b *testing.B) {
			in, d := miss(s), newDetector()
			var report detect.Report
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				d.Detect(context.Background(), in, &report)
			}
		})
	}
}

// TestDeadline shows that a text full of numbers is left when time is up, and that this is an error: the
// caller must not keep what was not read.
func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newDetector().Detect(ctx, miss(strings.Repeat("1234 ", 10*pollTokens)), &detect.Report{}); err == nil {
		t.Error("Detect after the deadline = nil, want an error")
	}
}
