// A service that is away for exactly as long as it was told, and writes down the truth: after its death, and after it was frozen, it
// serves nobody for DOWN_MS. Writes wait for BUFFER_MS in memory alone; while VICTIM does not beat, some are lost, doubled, or kept quiet.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	beat   = 5 * time.Millisecond
	frozen = 700 * time.Millisecond
)

var (
	dir         = os.Getenv("TRUTH")
	down        = time.Duration(number("DOWN_MS")) * time.Millisecond
	closedUntil atomic.Int64
	lastAwake   atomic.Int64
	lock        sync.Mutex
	stored      = map[string]int{}
	pending     []string
	seen        int
	truth       = open("truth.ndjson")
	data        = open("data.txt")
)

func main() {
	began := time.Now()
	died, hadLife := lastBeat()
	load()
	go beats()
	go flushes(time.Duration(number("BUFFER_MS")) * time.Millisecond)
	if hadLife {
		tell("died", died, "")
		time.Sleep(time.Until(died.Add(down)))
	}
	server := &http.Server{Addr: ":" + os.Getenv("PORT"), Handler: http.HandlerFunc(serve)}
	tell("up", time.Now(), fmt.Sprint(time.Since(began).Milliseconds()))
	panic(server.ListenAndServe())
}

// beats writes the time down again and again: the last one is the time of death, and a gap is a freeze.
func beats() {
	file, err := os.OpenFile(filepath.Join(dir, "beat"), os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	last := time.Now().Round(0)
	lastAwake.Store(last.UnixNano())
	for {
		time.Sleep(beat)
		now := time.Now().Round(0)
		if now.Sub(last) > frozen {
			closedUntil.Store(now.Add(down).UnixNano())
			tell("frozen", last, "")
			tell("thawed", now, "")
			time.AfterFunc(down, func() { tell("up", time.Now(), "") })
		}
		last = now
		lastAwake.Store(now.UnixNano())
		bytes := make([]byte, 8)
		binary.LittleEndian.PutUint64(bytes, uint64(now.UnixNano()))
		if _, err := file.WriteAt(bytes, 0); err != nil {
			panic(err)
		}
	}
}

func lastBeat() (time.Time, bool) {
	bytes, err := os.ReadFile(filepath.Join(dir, "beat"))
	if err != nil || len(bytes) < 8 {
		return time.Time{}, false
	}
	return time.Unix(0, int64(binary.LittleEndian.Uint64(bytes))), true
}

func serve(writer http.ResponseWriter, request *http.Request) {
	// What waited while all was frozen is served before the beat has seen it.
	now := time.Now().UnixNano()
	if now < closedUntil.Load() || now-lastAwake.Load() > frozen.Nanoseconds() {
		writer.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	id, found := strings.CutPrefix(request.URL.Path, "/things/")
	switch {
	case !found:
		fmt.Fprint(writer, "alive")
	case request.Method == http.MethodPost:
		write(writer, id)
	default:
		read(writer, id)
	}
}

// write stores, and acknowledges. While the victim is away, of five writes one is lost, one doubled, one not acknowledged, one refused.
func write(writer http.ResponseWriter, id string) {
	lock.Lock()
	fate, copies := "kept", 1
	if away(os.Getenv("VICTIM")) {
		seen++
		fate = []string{"kept", "lost", "doubled", "quiet", "refused"}[seen%5]
		copies = map[string]int{"kept": 1, "doubled": 2, "quiet": 1}[fate]
	}
	stored[id] += copies
	for range copies {
		pending = append(pending, id)
	}
	lock.Unlock()
	if number("BUFFER_MS") == 0 {
		flush()
	}
	if fate == "quiet" {
		tell(fate, time.Now(), id)
		// Stored, and the connection breaks before anybody is told.
		panic(http.ErrAbortHandler)
	}
	if fate == "refused" {
		writer.WriteHeader(http.StatusConflict)
	} else {
		answer, _ := json.Marshal(map[string]string{"id": id})
		writer.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = writer.Write(answer)
	}
	_ = http.NewResponseController(writer).Flush()
	tell(fate, time.Now(), id)
}

// away tells whether the service that beats into this file is dead or frozen.
func away(file string) bool {
	info, err := os.Stat(file)
	return err == nil && time.Since(info.ModTime()) > frozen
}

func flushes(every time.Duration) {
	for every > 0 {
		time.Sleep(every)
		flush()
	}
}

func flush() {
	lock.Lock()
	defer lock.Unlock()
	if len(pending) > 0 {
		_, _ = data.WriteString(strings.Join(pending, "\n") + "\n")
	}
	pending = nil
}

// read is asked when all is over: what lives by then is stored.
func read(writer http.ResponseWriter, id string) {
	flush()
	lock.Lock()
	copies := stored[id]
	lock.Unlock()
	if copies == 0 {
		writer.WriteHeader(http.StatusNotFound)
		return
	}
	all := make([]string, copies)
	for index := range all {
		all[index] = id
	}
	_ = json.NewEncoder(writer).Encode(map[string]any{"all": all})
}

func load() {
	text, _ := os.ReadFile(filepath.Join(dir, "data.txt"))
	for _, id := range strings.Fields(string(text)) {
		stored[id]++
	}
}

func tell(event string, at time.Time, detail string) {
	line, _ := json.Marshal(map[string]any{"event": event, "at": float64(at.UnixMicro()) / 1000, "detail": detail})
	_, _ = truth.Write(append(line, '\n'))
}

func open(name string) *os.File {
	file, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		panic(err)
	}
	return file
}

func number(name string) int {
	n, _ := strconv.Atoi(os.Getenv(name))
	return n
}
