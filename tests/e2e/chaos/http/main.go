// A store and a service that uses it, without a shell. What a path begins with says how well that part of the service is written.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

var lock sync.Mutex
var kept = map[string]bool{}

func main() {
	handler := api
	if os.Getenv("ROLE") == "db" {
		load()
		handler = db
	}
	if os.Getenv("ROLE") == "prometheus" {
		handler = prometheus
	}
	server := &http.Server{Addr: ":8080", Handler: http.HandlerFunc(handler)}
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		panic(err)
	}
	if most, _ := strconv.Atoi(os.Getenv("MOST")); most > 0 {
		listener = &limited{Listener: listener, free: make(chan bool, most)}
	}
	ended := make(chan bool)
	go func() {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM)
		<-signals
		switch os.Getenv("SHUTDOWN") {
		case "deaf":
			return
		case "rude":
			os.Exit(3)
		case "waits": // for connections that nobody uses, too: no end
			select {}
		}
		deadline, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		server.Shutdown(deadline)
		server.Close()
		ended <- true
	}()
	if certificate := os.Getenv("TLS_CERT"); certificate != "" {
		server.ServeTLS(listener, certificate, os.Getenv("TLS_KEY"))
	} else {
		server.Serve(listener)
	}
	<-ended
}

// Connections over the limit are closed at once, as databases do.
type limited struct {
	net.Listener
	free chan bool
}

type held struct {
	net.Conn
	once sync.Once
	free chan bool
}

func (own *limited) Accept() (net.Conn, error) {
	for {
		connection, err := own.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case own.free <- true:
			return &held{Conn: connection, free: own.free}, nil
		default:
			connection.Close()
		}
	}
}

func (own *held) Close() error {
	own.once.Do(func() { <-own.free })
	return own.Conn.Close()
}

// The store: POST keeps an id, GET knows it, and what was kept is in a file where one is named.
func db(response http.ResponseWriter, request *http.Request) {
	id := strings.Trim(request.URL.Path, "/")
	lock.Lock()
	defer lock.Unlock()
	if request.Method == "POST" {
		if file := os.Getenv("DB_FILE"); file != "" {
			writing, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err == nil {
				// Blocks of a whole page, so that a disk that is full says so at once.
				_, err = writing.Write([]byte(fmt.Sprintf("%-4095s\n", id)))
				writing.Close()
			}
			if err != nil {
				http.Error(response, err.Error(), 507)
				return
			}
		}
		kept[id] = true
	}
	if id != "ping" && !kept[id] {
		http.NotFound(response, request)
		return
	}
	fmt.Fprintf(response, `{"id":"%s"}`, id)
}

// A stand-in for a Prometheus with one rule: the disk at /data is nearly full.
func prometheus(response http.ResponseWriter, request *http.Request) {
	var disk syscall.Statfs_t
	syscall.Statfs("/data", &disk)
	alerts := ""
	if disk.Bavail*10 < disk.Blocks {
		alerts = `{"labels":{"alertname":"DiskNearlyFull"},"annotations":{},"state":"firing","activeAt":"2026-01-01T00:00:00Z","value":"1e+00"}`
	}
	fmt.Fprintf(response, `{"status":"success","data":{"alerts":[%s]}}`, alerts)
}

func load() {
	bytes, _ := os.ReadFile(os.Getenv("DB_FILE"))
	for _, line := range strings.Split(string(bytes), "\n") {
		kept[strings.TrimSpace(line)] = true
	}
}

var remembered = map[string]bool{}

// The service: /<how>/notes/<id>, and its health.
func api(response http.ResponseWriter, request *http.Request) {
	parts := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	switch parts[0] {
	case "health":
		fmt.Fprint(response, "alive")
		return
	case "ready":
		parts = []string{"good", "notes", "ping"}
	case "slow":
		time.Sleep(1200 * time.Millisecond)
		fmt.Fprint(response, `{"id":"slow"}`)
		return
	}
	how, id := parts[0], parts[len(parts)-1]
	if how == "rotate" || how == "key" {
		keys(response, how, parts[1], id)
		return
	}
	// All who ask any store wait for one another.
	if how == "lane" || how == "lane-other" {
		lane.Lock()
		defer lane.Unlock()
	}
	store := os.Getenv("DB")
	if how == "other" || how == "lane-other" {
		store = os.Getenv("DB2")
	}
	if how == "sulks" && time.Now().Before(sulking) {
		http.Error(response, "not yet", 503)
		return
	}
	if how == "forgetful" {
		lock.Lock()
		known := remembered[id]
		if request.Method == "POST" {
			remembered[id] = true // before it is stored
		}
		lock.Unlock()
		if request.Method == "GET" && known {
			fmt.Fprintf(response, `{"id":"%s"}`, id)
			return
		}
	}
	status, body := 0, []byte{}
	attempts := 1
	if how == "retries" {
		attempts = 6
	}
	for attempt := 0; attempt < attempts && status == 0; attempt++ {
		time.Sleep(time.Duration(attempt) * 20 * time.Millisecond)
		status, body = ask(how, store, request.Method, id)
	}
	if status == 0 && how == "failover" {
		status, body = ask(how, os.Getenv("DB2"), request.Method, id)
	}
	if status == 0 && how == "sulks" {
		sulking = time.Now().Add(8 * time.Second) // longer than the fault lasts
	}
	switch {
	case status != 0 && status < 500:
		response.WriteHeader(status)
		response.Write(body)
	case how == "fails":
		http.Error(response, "the store does not answer", 500)
	case how == "falls-back":
		fmt.Fprintf(response, `{"id":"%s","from":"memory"}`, id)
	default:
		http.Error(response, "the store does not answer", 503)
	}
}

var lane sync.Mutex
var sulking time.Time
var rotated = map[string]bool{}

// /rotate/<how> replaces key a by b; /key/<how>/<key> says whether that one is accepted.
func keys(response http.ResponseWriter, what string, how string, key string) {
	lock.Lock()
	defer lock.Unlock()
	if what == "rotate" {
		rotated[how] = true
	} else if accepted := key == "b" == rotated[how] || (key == "a" && how == "lasting"); !accepted {
		http.Error(response, "who are you?", 401)
	}
}

var fresh = &http.Transport{DisableKeepAlives: true, DialContext: nil, TLSClientConfig: trust()}
var careless = &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}

func ask(how string, store string, method string, id string) (int, []byte) {
	limit := 500 * time.Millisecond
	if how == "patient" {
		limit = time.Hour
	}
	client := &http.Client{Timeout: limit, Transport: fresh}
	if how == "careless" {
		client.Transport = careless
	}
	asked, _ := http.NewRequest(method, store+"/"+id, bytes.NewReader(nil))
	answer, err := client.Do(asked)
	if err != nil {
		return 0, nil
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil
	}
	return answer.StatusCode, body
}

func trust() *tls.Config {
	pem, err := os.ReadFile(os.Getenv("TLS_CA"))
	if err != nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool}
}
