// Outsiders checks a log of ours with other people's code alone: golang.org/x/mod/sumdb.
//
// usage: outsiders URL VKEY PROOF...
//
// It opens the checkpoint with note, reads every tile through tlog.TileHashReader (which trusts no
// tile that does not lead to the signed root), checks that every entry hashes to its leaf, and
// checks each .tlog-proof with tlog.CheckRecord.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

// tiles reads the tiles of a log over HTTP; sumdb's paths name the height, which is always 8 here.
type tiles struct{ url string }

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		raw, err := get(t.url + "/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		read = append(read, raw)
	}
	return read, nil
}

// open gives the tree of a checkpoint that the log's key signed.
func open(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// entries checks that every entry served hashes to the leaf that the tree has at its place.
func entries(url string, tree tlog.Tree, reader tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 256 {
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(min(256, tree.N-first))}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		raw, err := get(url + "/" + path)
		if err != nil {
			return err
		}
		var places []int64
		for n := first; n < first+int64(tile.W); n++ {
			places = append(places, tlog.StoredHashIndex(0, n))
		}
		leaves, err := reader.ReadHashes(places)
		if err != nil {
			return err
		}
		for n, leaf := range leaves {
			length := int(binary.BigEndian.Uint16(raw))
			if tlog.RecordHash(raw[2:2+length]) != leaf {
				return fmt.Errorf("entry %d is not the leaf of the tree", first+int64(n))
			}
			raw = raw[2+length:]
		}
		if len(raw) != 0 {
			return fmt.Errorf("%s holds more than its entries", path)
		}
	}
	return nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// proof checks a .tlog-proof; the entry is the SHA-256 of its extra line.
func proof(text []byte, verifier note.Verifier) error {
	head, checkpoint, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("not a tlog-proof")
	}
	extra, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		path = append(path, hash)
	}
	tree, err := open([]byte(checkpoint), verifier)
	if err != nil {
		return err
	}
	entry := sha256.Sum256(extra)
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(entry[:]))
}

func main() {
	url, key, proofs := os.Args[1], os.Args[2], os.Args[3:]
	verifier, err := note.NewVerifier(key)
	must(err)
	text, err := get(url + "/checkpoint")
	must(err)
	tree, err := open(text, verifier)
	must(err)
	reader := tlog.TileHashReader(tree, tiles{url})
	must(entries(url, tree, reader))
	for _, path := range proofs {
		text, err := os.ReadFile(path)
		must(err)
		if err := proof(text, verifier); err != nil {
			must(fmt.Errorf("%s: %w", path, err))
		}
	}
	for old := int64(1); old < tree.N; old = old*2 + 1 {
		root, err := tlog.TreeHash(old, reader)
		must(err)
		path, err := tlog.ProveTree(tree.N, old, reader)
		must(err)
		must(tlog.CheckTree(path, tree.N, tree.Hash, old, root))
	}
	fmt.Printf("%d leaves, %d proofs: true\n", tree.N, len(proofs))
}
