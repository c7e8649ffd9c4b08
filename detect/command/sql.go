package command

import "strings"

// sql looks at statements for a database. It knows words, strings and comments, not grammar: what a
// statement does is told by its verb and by a missing WHERE.
func (a *analysis) sql(text string, at span) {
	if len(text) > maxScriptBytes {
		a.add(unresolved, at)
		return
	}
	var words []string
	end := func() {
		if destroys(words) {
			a.add(databaseDestruction, at)
		}
		if len(words) > 2 && words[0] == "COPY" && contains(words, "PROGRAM") {
			a.add(databaseDestruction, at)
		}
		if len(words) > 0 && words[0] == "GRANT" && contains(words, "ALL") {
			a.add(privilegeEscalation, at)
		}
		words = words[:0]
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ';':
			end()
			i++
		case c == '\'' || c == '"' || c == '`':
			i = skipQuoted(text, i)
			words = append(words, "''")
		case c == '-' && strings.HasPrefix(text[i:], "--"), c == '#':
			i = skipTo(text, i, "\n")
		case c == '/' && strings.HasPrefix(text[i:], "/*!"):
			i += 3 // MySQL runs these
			for i < len(text) && text[i] >= '0' && text[i] <= '9' {
				i++
			}
		case c == '/' && strings.HasPrefix(text[i:], "/*"):
			i = skipTo(text, i+2, "*/")
		case c == '\\' && strings.HasPrefix(text[i:], `\!`), c == '.' && (strings.HasPrefix(text[i:], ".shell ") || strings.HasPrefix(text[i:], ".system ")):
			j := skipTo(text, i, "\n")
			line := strings.TrimLeft(text[i:j], `\!.`)
			line = strings.TrimPrefix(strings.TrimPrefix(line, "shell "), "system ")
			a.scriptFrom(line, at, false, flow{})
			i = j
		case wordByte(c):
			j := i
			for j < len(text) && wordByte(text[j]) {
				j++
			}
			words = append(words, strings.ToUpper(text[i:j]))
			i = j
		default:
			i++
		}
	}
	end()
}

// destroys reports whether a statement of these words loses data.
func destroys(w []string) bool {
	for len(w) > 0 && (w[0] == "EXPLAIN" || w[0] == "BEGIN" || w[0] == "EXEC" || w[0] == "EXECUTE") {
		if w[0] == "EXPLAIN" && !contains(w, "ANALYZE") {
			return false
		}
		w = w[1:]
	}
	if len(w) == 0 {
		return false
	}
	switch w[0] {
	case "DROP":
		return len(w) > 1 && (contains(w[1:min(4, len(w))], "TABLE") || contains(w[1:min(4, len(w))], "DATABASE") || contains(w[1:min(4, len(w))], "SCHEMA") ||
			w[1] == "COLLECTION" || w[1] == "KEYSPACE" || w[1] == "USER" || w[1] == "ROLE") && !(w[1] == "TEMPORARY")
	case "TRUNCATE":
		return true
	case "DELETE":
		return contains(w, "FROM") && !filtered(w)
	case "UPDATE":
		return contains(w, "SET") && !filtered(w)
	case "ALTER":
		return contains(w, "DROP") && contains(w, "TABLE")
	case "WITH":
		for i, x := range w {
			if (x == "DELETE" || x == "UPDATE") && i > 0 {
				return destroys(w[i:])
			}
		}
	}
	return false
}

// filtered reports whether a statement names the rows it is about; WHERE 1=1 and WHERE true name all.
func filtered(w []string) bool {
	for i, x := range w {
		if x == "WHERE" {
			rest := w[i+1:]
			return !(len(rest) == 2 && rest[0] == rest[1] || len(rest) == 1 && (rest[0] == "TRUE" || rest[0] == "1"))
		}
		if x == "LIMIT" {
			return true
		}
	}
	return false
}

func contains(words []string, w string) bool {
	for _, x := range words {
		if x == w {
			return true
		}
	}
	return false
}

// skipQuoted returns the offset after the string that begins at i; doubled quotes are part of it.
func skipQuoted(s string, i int) int {
	q := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == '\\' && q != '`':
			i++
		case s[i] == q && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1
		}
	}
	return len(s)
}

func skipTo(s string, i int, mark string) int {
	if j := strings.Index(s[min(i, len(s)):], mark); j >= 0 {
		return i + j + len(mark)
	}
	return len(s)
}
