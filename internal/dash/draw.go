package dash

import (
	"html/template"
	"strings"
)

// The shapes of a chart are many and made of numbers, so they are written here; a template takes ten times
// as long for them. Whatever is not a number or a constant is escaped.

// Shapes draws the bars with the places to point at.
func (c barChart) Shapes() template.HTML {
	var s strings.Builder
	for i := range c.Bars {
		b := &c.Bars[i]
		s.WriteString(`<a class="slot" href="` + template.HTMLEscapeString(b.Href) + `" tabindex="-1">`)
		b.place(&s)
		for _, p := range b.Pieces {
			s.WriteString(`<rect class="piece ` + p.Action + `" fill="url(#p-` + p.Action + `)" x="` + p.X + `" y="` + p.Y + `" width="` + p.W + `" height="` + p.H + `"/>`)
		}
		s.WriteString("</a>")
	}
	return template.HTML(s.String())
}

// Shapes draws the lines and the places to point at.
func (c lineChart) Shapes() template.HTML {
	var s strings.Builder
	for _, points := range c.P95 {
		s.WriteString(`<polyline class="line p95" points="` + points + `"/>`)
	}
	for _, points := range c.P50 {
		s.WriteString(`<polyline class="line p50" points="` + points + `"/>`)
	}
	for i := range c.Bars {
		s.WriteString(`<g class="slot">`)
		c.Bars[i].place(&s)
		s.WriteString("</g>")
	}
	return template.HTML(s.String())
}

// place draws what a pointer rests on.
func (b *bar) place(s *strings.Builder) {
	s.WriteString(`<title>` + template.HTMLEscapeString(b.Title) + `</title><rect class="hit" x="` + b.X + `" y="0" width="` + b.W + `" height="200"/>`)
}

// NumberRows writes the rows of the table that says in numbers what the charts draw.
func (p *overviewPage) NumberRows() template.HTML {
	var s strings.Builder
	cell := func(text string) { s.WriteString(`<td class="r">` + text + `</td>`) }
	for i, b := range p.Data.Series {
		s.WriteString(`<tr><th scope="row"><a href="` + template.HTMLEscapeString(p.Stopped.Bars[i].Href) + `">` + b.Start.UTC().Format("2006-01-02 15:04") + `</a></th>`)
		for _, n := range []int{b.Events, b.Denied, b.Asked, b.Redacted, b.Alerted} {
			cell(num(n))
		}
		cell(micros(b.P50US))
		cell(micros(b.P95US))
		s.WriteString("</tr>\n")
	}
	return template.HTML(s.String())
}

// shareBar is one row's bar, drawn on a plane of 100 by 6.
type shareBar []piece

// Shapes draws the bar.
func (b shareBar) Shapes() template.HTML {
	var s strings.Builder
	for _, p := range b {
		s.WriteString(`<rect class="piece ` + p.Action + `" x="` + p.X + `" y="0" width="` + p.W + `" height="6"/>`)
	}
	return template.HTML(s.String())
}
