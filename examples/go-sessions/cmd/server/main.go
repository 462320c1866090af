// Command server waits for a signal. It serves nothing yet: issue 5, for which there is no test.
package main

import (
	"os"
	"os/signal"
)

func main() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
}
