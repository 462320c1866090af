// A service without a shell: it answers pings, asks others, writes files and holds memory, one command a line.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

var pooled = map[string]net.Conn{}
var held [][]byte

func main() {
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		panic(err)
	}
	for {
		connection, err := listener.Accept()
		if err == nil {
			go serve(connection)
		}
	}
}

func serve(connection net.Conn) {
	defer connection.Close()
	reader := bufio.NewReaderSize(connection, 1<<21)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		words := append(strings.Fields(line), "", "", "")
		began := time.Now()
		outcome, err := command(words)
		if err != nil {
			outcome = "err " + err.Error()
		}
		fmt.Fprintf(connection, "%d %s\n", time.Since(began).Milliseconds(), outcome)
	}
}

func command(words []string) (string, error) {
	number, _ := strconv.Atoi(words[2])
	switch words[0] {
	case "ping": // ping <padding> <bytes to answer with>
		return "pong" + strings.Repeat("x", number), nil
	case "ask": // ask <host:port> <bytes> on a fresh connection
		connection, err := net.DialTimeout("tcp", words[1], time.Second)
		if err != nil {
			return "", err
		}
		defer connection.Close()
		return ping(connection, number)
	case "keep": // keep <host:port> <bytes> on a connection that stays
		if pooled[words[1]] == nil {
			connection, err := net.DialTimeout("tcp", words[1], time.Second)
			if err != nil {
				return "", err
			}
			pooled[words[1]] = connection
		}
		outcome, err := ping(pooled[words[1]], number)
		if err != nil {
			pooled[words[1]].Close()
			delete(pooled, words[1])
		}
		return outcome, err
	case "write": // write <path> <bytes>
		return "written", os.WriteFile(words[1], make([]byte, number), 0o644)
	case "hold": // hold - <bytes>
		bytes := make([]byte, number)
		for at := 0; at < number; at += 4096 {
			bytes[at] = 1
		}
		held = append(held, bytes)
		return "held", nil
	case "burn": // burn - <rounds>
		sum := 0
		for round := 0; round < number; round++ {
			sum += round ^ sum
		}
		return fmt.Sprint("burnt ", sum&1), nil
	}
	return "", fmt.Errorf("what is %s?", words[0])
}

func ping(connection net.Conn, bytes int) (string, error) {
	connection.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := fmt.Fprintf(connection, "ping %s 0\n", strings.Repeat("x", bytes+1)); err != nil {
		return "", err
	}
	buffer := make([]byte, 64)
	count, err := connection.Read(buffer)
	if err != nil {
		return "", err
	}
	return "ok " + strings.Fields(string(buffer[:count]))[1], nil
}
