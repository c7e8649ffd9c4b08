package dash

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
)

//go:embed asset
var assetFiles embed.FS

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// assets are the files that pages refer to, by a name that changes with their content.
type assets struct {
	urls  map[string]string // "dash.css" to "/assets/3f2a…-dash.css"
	files map[string]asset  // by the last part of the URL
}

type asset struct {
	kind string
	body []byte
}

func loadAssets() (*assets, error) {
	as := &assets{urls: map[string]string{}, files: map[string]asset{}}
	entries, err := fs.ReadDir(assetFiles, "asset")
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	for _, e := range entries {
		body, err := fs.ReadFile(assetFiles, "asset/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		kind, ok := assetTypes[path.Ext(e.Name())]
		if !ok {
			return nil, fmt.Errorf("read asset %q: no content type for it", e.Name())
		}
		sum := sha256.Sum256(body)
		name := hex.EncodeToString(sum[:8]) + "-" + e.Name()
		as.urls[e.Name()] = "/assets/" + name
		as.files[name] = asset{kind: kind, body: body}
	}
	return as, nil
}

// url returns where the named asset is served; an unknown name is an error in a template.
func (as *assets) url(name string) (string, error) {
	u, ok := as.urls[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return u, nil
}

// asset serves one file for ever: a changed file has another URL.
func (d *dash) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := d.assets.files[r.PathValue("name")]
	if !ok {
		d.fail(w, r, errNoPage)
		return
	}
	w.Header().Set("Content-Type", a.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(a.body)
}

// favicon sends those that ask for the fixed name to the real one.
func (d *dash) favicon(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, d.assets.urls["logo.svg"], http.StatusFound)
}
