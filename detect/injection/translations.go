package injection

// translations are the main phrases in other languages.
func translations() []pattern { return nil }
