package policy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"gatehouse.dev/policy"
)

// TestDocumentedPoliciesParse reads every YAML block of the documents as a policy file.
func TestDocumentedPoliciesParse(t *testing.T) {
	for _, name := range []string{"README.md", filepath.Join("docs", "policies.md")} {
		text, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		blocks := regexp.MustCompile("(?s)```yaml\r?\n(.*?)```").FindAllSubmatch(text, -1)
		if len(blocks) == 0 {
			t.Errorf("%s shows no policy", name)
		}
		for _, b := range blocks {
			if _, err := policy.Parse(policy.File{Name: name, Data: b[1]}); err != nil {
				t.Errorf("a policy of %s is refused: %v", name, err)
			}
		}
	}
}
