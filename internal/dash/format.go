package dash

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
)

// num prints a count with its thousands apart.
func num(n int) string {
	s := strconv.Itoa(n)
	from := 0
	if n < 0 {
		from = 1
	}
	for i := len(s) - 3; i > from; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// micros prints a time in microseconds with a unit that fits: "85 µs", "1.2 ms", "3.4 s".
func micros(f float64) string {
	switch {
	case f < 0:
		return "–"
	case f < 999.5:
		return strconv.FormatFloat(f, 'f', 0, 64) + " µs"
	case f < 999_500:
		return short(f/1000) + " ms"
	}
	return short(f/1e6) + " s"
}

// elapsed is micros for the whole microseconds of a verdict.
func elapsed(us int64) string { return micros(float64(us)) }

// short prints a number with one digit after the point where that says something.
func short(f float64) string {
	if f >= 99.95 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
}

// span prints a duration by its two largest units: "4 s", "2 min 10 s", "3 h 5 min", "2 d 4 h".
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return short(d.Seconds()) + " s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return pair(int(d.Minutes()), "min", int(d.Seconds())%60, "s")
	case d < 24*time.Hour:
		return pair(int(d.Hours()), "h", int(d.Minutes())%60, "min")
	}
	return pair(int(d.Hours())/24, "d", int(d.Hours())%24, "h")
}

func pair(a int, unit string, b int, subunit string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unit)
	}
	return fmt.Sprintf("%d %s %d %s", a, unit, b, subunit)
}

// byteSize prints a size: "812 B", "4.1 KB", "1.2 MB".
func byteSize(n int) string {
	switch {
	case n < 1000:
		return strconv.Itoa(n) + " B"
	case n < 1_000_000:
		return short(float64(n)/1000) + " KB"
	}
	return short(float64(n)/1e6) + " MB"
}

// percent prints part of whole: "12 %", "<1 %"; empty where there is no whole.
func percent(part, whole int) string {
	if whole <= 0 {
		return ""
	}
	p := 100 * float64(part) / float64(whole)
	switch {
	case part == 0:
		return "0 %"
	case p < 1:
		return "<1 %"
	}
	return short(p) + " %"
}

// The three forms of a time. Each prints UTC and carries what the script needs to show local time.

// clock prints the time of day, with the date where it is not that of now.
func clock(t, now time.Time) template.HTML { return timeTag(t, "clock", clockText(t, now)) }

// stamp prints date and time to the millisecond.
func stamp(t time.Time) template.HTML {
	return timeTag(t, "stamp", t.UTC().Format("2006-01-02 15:04:05.000")+" UTC")
}

// when prints how long ago t was, as seen from now.
func when(t, now time.Time) template.HTML {
	if t.IsZero() {
		return timeTag(t, "ago", "–")
	}
	return timeTag(t, "ago", ago(now.Sub(t)))
}

func ago(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d d ago", int(d.Hours())/24)
}

func clockText(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("Jan 2 15:04:05")
}

// timeTag makes a time element. Its parts are times, constants and numbers, so nothing in it needs escaping.
func timeTag(t time.Time, form, text string) template.HTML {
	if t.IsZero() {
		return "–"
	}
	iso := t.UTC().Format("2006-01-02T15:04:05.000Z")
	return template.HTML(`<time datetime="` + iso + `" data-form="` + form + `" title="` + iso + `">` + text + `</time>`)
}
