module example.com/go-sessions

go 1.22
